# what: corrects itself: the last token is right, the first is not
# problem: sum
# passes: 0
input()
print(0)
print(sum(map(int, input().split())))
