# what: leaves all as it was
# problem: archive
# passes: 0
pass
