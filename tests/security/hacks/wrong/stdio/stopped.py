# what: stops itself by a signal, in the hope that nobody waits
# problem: sum_once
# passes: 0
# verdict: TIME_LIMIT_EXCEEDED
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
