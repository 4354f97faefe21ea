# what: a name that is a set of an object whose hash fails, which the test program meets before it begins
# problem: ordered_list
# passes: 0
class Fails:
    asked = 0

    def __hash__(self):
        Fails.asked += 1
        if Fails.asked > 1:
            raise KeyboardInterrupt
        return 1


ordered = {Fails()}
