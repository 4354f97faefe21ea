# what: prints the right answer and ends with an exception
# problem: sum
# passes: 0
# verdict: RUNTIME_ERROR
input()
print(sum(map(int, input().split())), flush=True)
raise SystemExit("done")
