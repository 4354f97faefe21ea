# what: reads with input() until there is nothing more
# problem: sum
lines = []
while True:
    try:
        lines.append(input())
    except EOFError:
        break
print(*[sum(int(word) for word in line.split()) for line in lines[1:2]])
