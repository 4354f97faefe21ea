# what: sends every signal to process 1 by every call, a flood of queued ones too: were it stopped, this run would never end
# expect: ACCEPTED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import ctypes
import os
import signal

libc = ctypes.CDLL(None)
libc.sigqueue.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
parent = os.getppid()


def quietly(action, *arguments):
    try:
        return action(*arguments)
    except OSError:
        return None


handle = quietly(os.pidfd_open, 1)
for number in signal.valid_signals():
    quietly(os.kill, 1, number)
    libc.tgkill(1, 1, number)
    libc.sigqueue(1, number, None)
    if handle is not None:
        quietly(signal.pidfd_send_signal, handle, number)
for _ in range(20000):
    libc.sigqueue(1, signal.SIGRTMAX, None)
print("contained" if os.getppid() == parent else "ESCAPED: process 1 is gone")
