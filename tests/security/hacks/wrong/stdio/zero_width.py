# what: hides characters that nobody sees in the right answer
# problem: sum
# passes: 0
input()
print("\u200b" + str(sum(map(int, input().split()))) + "\u2060")
