# what: the built-in under another name
# problem: ordered_list
from builtins import sorted as ordered
