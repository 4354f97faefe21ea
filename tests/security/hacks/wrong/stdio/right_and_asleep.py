# what: sleeps after the right answer until the limit
# problem: sum_once
# passes: 0
# verdict: TIME_LIMIT_EXCEEDED
import time

input()
print(sum(map(int, input().split())), flush=True)
time.sleep(3600)
