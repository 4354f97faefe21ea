# what: says more after the right answer
# problem: sum
# passes: 0
input()
print(sum(map(int, input().split())))
print("is the answer")
