# what: asks without end and never listens
# problem: guess
# passes: 0
while True:
    print("? 5")
