# what: writes over a wrong answer with a carriage return, as a terminal would show it
# problem: sum
# passes: 0
input()
print("wrong\r" + str(sum(map(int, input().split()))))
