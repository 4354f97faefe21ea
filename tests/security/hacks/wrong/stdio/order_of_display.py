# what: prints the text as it came, with a control character that shows it reversed
# problem: mirror
# passes: 0
print("\u202e" + input())
