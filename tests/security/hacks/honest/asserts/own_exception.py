# what: raises a class of its own that is derived from the expected one, out of a context manager
# problem: divide
from contextlib import contextmanager


class DivisionError(ValueError, ArithmeticError):
    def __init__(self):
        super().__init__("division by zero")


@contextmanager
def translated():
    try:
        yield
    except ZeroDivisionError:
        raise DivisionError from None


def divide(a, b):
    with translated():
        return a / b
