# what: crashes after the right answer
# problem: sum
# passes: 0
# verdict: RUNTIME_ERROR
import os

input()
print(sum(map(int, input().split())), flush=True)
os.abort()
