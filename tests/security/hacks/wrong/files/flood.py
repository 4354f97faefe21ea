# what: leaves far more than an answer has
# problem: counts
# passes: 0
# verdict: OUTPUT_LIMIT_EXCEEDED
with open("counts.json", "w") as file:
    for _ in range(64):
        file.write(" " * (1 << 16))
