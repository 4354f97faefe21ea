# what: prints an integer of hundreds of digits, worked out by exceptions as control flow
# problem: factorial
import sys

sys.set_int_max_str_digits(0)


class Done(Exception):
    pass


def product(number, so_far=1):
    if number < 2:
        raise Done(so_far)
    product(number - 1, so_far * number)


try:
    product(int(input()))
except Done as done:
    print(done.args[0])
