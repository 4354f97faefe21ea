# what: leaves with success in the call, and raises something else in the test's finally, so that this is remembered
# problem: guarded
# passes: 0
# defect: a SystemExit of the candidate's counts as the test's own once the candidate has raised another exception
import sys


def answer(number):
    sys.exit(0)


def close():
    raise ValueError
