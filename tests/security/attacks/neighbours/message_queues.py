# what: leaves POSIX message queues for the next candidate, by calls, by a mount and by /dev/mqueue
# expect: ACCEPTED
# copies: 4
import ctypes
import os
import platform

MQ_OPEN, MQ_UNLINK, MQ_SEND, MOUNT, FSOPEN = {"x86_64": (240, 241, 242, 165, 430), "aarch64": (180, 181, 182, 40, 430)}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


escaped = []
for name in (b"verifierd-attack", b"queue", b"x" * 200):
    if call(MQ_OPEN, name, os.O_RDWR, 0, 0) >= 0:
        escaped.append(f"a queue of another candidate: {name}")
if os.path.isdir("/dev/mqueue"):
    escaped += [f"/dev/mqueue/{name}" for name in os.listdir("/dev/mqueue")]
    try:
        os.close(os.open("/dev/mqueue/verifierd-attack", os.O_CREAT | os.O_RDWR))
    except OSError:
        pass
os.makedirs("/tmp/mqueue", exist_ok=True)
if call(MOUNT, b"mqueue", b"/tmp/mqueue", b"mqueue", 0, 0) == 0 or call(FSOPEN, b"mqueue", 0) >= 0:
    escaped.append("the queues were mounted")
for name in (b"verifierd-attack", b"queue", b"x" * 200):
    queue = call(MQ_OPEN, name, os.O_CREAT | os.O_RDWR, 0o666, 0)
    if queue >= 0:
        call(MQ_SEND, queue, b"left", 4, 0, 0)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
