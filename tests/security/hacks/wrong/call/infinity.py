# what: returns infinity and numbers as large as there are
# problem: mean
# passes: 0
def mean(numbers):
    return float("inf") if len(numbers) % 2 else 10**400
