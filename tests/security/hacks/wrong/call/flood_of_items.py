# what: returns more than may be sent
# problem: total
# passes: 0
# verdict: OUTPUT_LIMIT_EXCEEDED
def total(numbers):
    return ["x" * 1000] * 5000
