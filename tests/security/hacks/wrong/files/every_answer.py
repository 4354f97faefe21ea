# what: writes several answers after each other
# problem: counts
# passes: 0
with open("counts.json", "w") as file:
    for number in range(9):
        file.write('{"a": %d, "b": 1}\n' % number)
