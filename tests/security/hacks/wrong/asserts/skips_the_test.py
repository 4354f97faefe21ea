# what: raises what unittest takes for a skipped, stopped or expected failure
# problem: shelf
# passes: 0
import unittest
from unittest.case import _ShouldStop


class Shelf:
    def add(self, title):
        raise unittest.SkipTest("not today")

    def titles(self):
        raise _ShouldStop
