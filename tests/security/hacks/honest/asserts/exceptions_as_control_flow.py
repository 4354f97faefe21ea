# what: finds a square root by exceptions, within the tolerance
# problem: root
class Found(Exception):
    pass


def root(number):
    guess = float(number)
    try:
        while True:
            if abs(guess * guess - number) < 1e-12:
                raise Found(guess)
            guess = (guess + number / guess) / 2
    except Found as found:
        return found.args[0]
