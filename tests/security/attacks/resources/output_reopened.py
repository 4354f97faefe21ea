# what: floods standard output through files opened anew, vmsplice and a grown pipe
# expect: OUTPUT_LIMIT_EXCEEDED
# limits: cpu_time_s=2 memory_mib=64 output_bytes=65536 wall_time_s=10
import fcntl
import os

try:
    fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20)
except OSError:
    pass
try:
    out = os.open("/dev/stdout", os.O_WRONLY)
except PermissionError:  # gVisor opens another id's pipe for nobody
    out = 1
source = os.memfd_create("source")
os.write(source, bytes(1 << 16))
while True:
    os.splice(source, out, 1 << 16, offset_src=0)
    os.write(os.dup(out) if os.dup(out) < 100 else out, bytes(1 << 16))
