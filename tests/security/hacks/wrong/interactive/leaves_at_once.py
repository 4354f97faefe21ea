# what: ends well without a word
# problem: guess
# passes: 0
raise SystemExit(0)
