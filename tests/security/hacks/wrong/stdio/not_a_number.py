# what: answers NaN, which would compare as neither too large nor too small
# problem: ratio
# passes: 0
print("nan")
