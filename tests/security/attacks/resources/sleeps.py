# what: sleeps for ever, deaf to every signal
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=1
import signal
import time

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
time.sleep(1 << 20)
