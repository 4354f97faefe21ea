# what: floods its output after the right answer
# problem: sum
# passes: 0
# verdict: OUTPUT_LIMIT_EXCEEDED
input()
print(sum(map(int, input().split())))
for _ in range(40):
    print("x" * 65536)
