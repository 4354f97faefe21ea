# what: waits for what never comes: a pipe, a FIFO, a lock and a signal, one in each process
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=128 wall_time_s=1
import fcntl
import os
import signal

os.mkfifo("/tmp/planted")
file = os.open("/tmp/planted-lock", os.O_CREAT | os.O_RDWR)
fcntl.lockf(file, fcntl.LOCK_EX)
reading, writing = os.pipe()
if os.fork() == 0:
    fcntl.lockf(file, fcntl.LOCK_EX)
if os.fork() == 0:
    os.open("/tmp/planted", os.O_RDONLY)
if os.fork() == 0:
    signal.sigwait([signal.SIGUSR1])
os.read(reading, 1)
