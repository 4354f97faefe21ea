# what: returns the right number in types that are no float: Fraction, Decimal, complex, text
# problem: mean
# passes: 0
from decimal import Decimal
from fractions import Fraction


def mean(numbers):
    right = Fraction(sum(numbers), len(numbers))
    return [right, Decimal(float(right)), complex(right), str(float(right))][len(numbers) % 4]
