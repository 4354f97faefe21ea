# what: says that it did what it did not
# problem: setting
# passes: 0
print("done")
