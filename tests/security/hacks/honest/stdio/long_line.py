# what: has one very long line
# problem: sum
# sent: long line
input()
print(sum(map(int, input().split())))
