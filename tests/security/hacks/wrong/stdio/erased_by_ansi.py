# what: erases a wrong answer by escape sequences and backspaces
# problem: sum
# passes: 0
input()
print("0\x08 \x08\x1b[2K\x1b[1G" + str(sum(map(int, input().split()))) + "\x1b[0m")
