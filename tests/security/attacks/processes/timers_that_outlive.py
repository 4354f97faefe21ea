# what: leaves armed timers, alarms, signal handlers and pending signals, in time for the next run
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import ctypes
import os
import signal

libc = ctypes.CDLL(None)
if signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0) or signal.sigpending():
    print("ESCAPED: a timer or a signal of the run before")
print("contained", flush=True)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
os.kill(os.getpid(), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGTERM)
timer = ctypes.c_void_p()
event = (ctypes.c_int * 16)(0, 0, signal.SIGKILL, 0)
if libc.timer_create(1, event, ctypes.byref(timer)) == 0:
    libc.timer_settime(timer, 0, (ctypes.c_long * 4)(5, 0, 5, 0), None)
signal.setitimer(signal.ITIMER_REAL, 5, 5)
signal.alarm(5)
