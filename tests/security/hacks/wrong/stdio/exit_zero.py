# what: leaves with success before it has done anything
# problem: sum
# passes: 0
import sys

sys.exit(0)
