# what: an object for an exit status, whose truth is an exception
# problem: failures
# passes: 0
class Status:
    def __bool__(self):
        raise RuntimeError


def failures(results):
    return len(results) or Status()
