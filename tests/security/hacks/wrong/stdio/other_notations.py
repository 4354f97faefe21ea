# what: writes the right integer as a float, under a checker that compares tokens
# problem: sum
# passes: 0
input()
print(float(sum(map(int, input().split()))))
