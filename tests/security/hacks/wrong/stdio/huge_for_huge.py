# what: answers a number beyond every float where the right one is such a number, too
# problem: factorial
# passes: 0
print("1e999")
