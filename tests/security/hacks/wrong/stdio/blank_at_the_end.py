# what: prints a blank too many, under a checker that compares bytes
# problem: mirror
# passes: 0
print(input()[::-1] + " ")
