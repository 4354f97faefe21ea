# what: prints and exits as a checker does
# problem: divisor
# passes: 0
print("ok 1 number")
raise SystemExit(0)
