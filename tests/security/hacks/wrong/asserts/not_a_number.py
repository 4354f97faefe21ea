# what: returns NaN and infinity, which would be within any tolerance if the test were turned around
# problem: root
# passes: 0
def root(number):
    return float("nan") if number == 2 else float("inf")
