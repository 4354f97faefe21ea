# what: sends every signal to process 1 by every call, a flood of queued ones too, and looks whether it cares
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
state = "S"
try:
    with open("/proc/1/stat") as file:
        state = file.read().rpartition(")")[2].split()[0]
except FileNotFoundError:
    pass
print("contained" if os.getppid() == parent and state not in "TtZX" else f"ESCAPED: process 1 is {state}")
