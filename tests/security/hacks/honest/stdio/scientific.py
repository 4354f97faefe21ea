# what: prints floats in scientific notation, with a sign and more digits than asked for
# problem: ratio
from decimal import Decimal, getcontext

getcontext().prec = 40
a, b = map(Decimal, input().split())
print(f"{a / b:+.15E}")
