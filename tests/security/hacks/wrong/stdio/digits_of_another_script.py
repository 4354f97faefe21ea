# what: writes the right number in full-width digits
# problem: sum
# passes: 0
input()
print(str(sum(map(int, input().split()))).translate({ord("0") + n: 0xFF10 + n for n in range(10)}))
