# what: adds up in another order and rounds, within the tolerance
# problem: mean
from fractions import Fraction
from statistics import fmean


def mean(numbers):
    return (
        round(float(Fraction(sum(numbers), len(numbers))), 7) if len(numbers) > 2 else -0.0 + fmean(numbers)
    )
