# what: recurses without end with every bound of the interpreter's own lifted
# expect: MEMORY_LIMIT_EXCEEDED or RUNTIME_ERROR
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import resource
import sys
import threading

sys.setrecursionlimit(2**31 - 1)
soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def deeper(level):
    return deeper([level])


try:
    deeper(0)
finally:
    Deep().a
