# what: raises in the test's clean-up, which forgives that
# problem: guarded
def answer(number):
    return 2 * number + 1


def close():
    raise ValueError("already closed")
