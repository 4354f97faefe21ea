# what: uses match, walrus, star expressions and nested f-strings
# problem: ratio
match input().split():
    case [a, b] if divisor := float(b):
        print(f"{float(a) / divisor:{'.12f'}}")
    case [*_]:
        print("?")
