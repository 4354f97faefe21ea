# what: an object for an exit status, whose truth is an exception
# problem: failures
# passes: 0
# defect: an exception out of the truth of an exit status ends the test program's process: INFRASTRUCTURE_ERROR
class Status:
    def __bool__(self):
        raise RuntimeError


def failures(results):
    return len(results) or Status()
