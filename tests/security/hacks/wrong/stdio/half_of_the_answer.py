# what: prints a correct beginning of the answer and hopes that no more is compared
# problem: running
# passes: 0
numbers = list(map(int, input().split()))
for count in range(1, len(numbers)):
    print(sum(numbers[:count]))
