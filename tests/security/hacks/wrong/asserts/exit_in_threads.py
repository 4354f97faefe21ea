# what: leaves with success in each of the test's threads
# problem: in_threads
# passes: 0
# defect: of the SystemExits that threads of the test's keep, only the last is known to be the candidate's
import sys


def square(number):
    sys.exit(0)
