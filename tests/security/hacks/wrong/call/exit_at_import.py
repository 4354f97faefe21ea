# what: leaves with success before there is a function
# problem: total
# passes: 0
raise SystemExit
