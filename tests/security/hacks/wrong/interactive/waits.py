# what: waits for the first word, as the interactor does
# problem: guess
# passes: 0
input()
