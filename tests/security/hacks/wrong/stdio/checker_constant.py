# what: says each time that there is none
# problem: divisor
# passes: 1 of 3
print(-1)
