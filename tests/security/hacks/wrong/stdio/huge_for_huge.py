# what: answers a number beyond every float where the right one is such a number, too
# problem: factorial
# passes: 0
# defect: two number tokens whose floats are both infinite pass for close: `1e999` for every number of 310 digits and more
print("1e999")
