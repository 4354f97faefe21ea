# what: leaves System V shared memory, semaphores and messages for the next candidate, or finds a neighbour's
# expect: ACCEPTED
# copies: 4
import ctypes
import os
import platform

MSGGET, MSGSND, MSGCTL, SEMGET, SEMCTL, SHMGET, SHMAT, SHMCTL = {
    "x86_64": (68, 69, 71, 64, 66, 29, 30, 31), "aarch64": (186, 189, 187, 190, 191, 194, 196, 195)}[platform.machine()]  # fmt: skip
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CREATE, EXCLUSIVE, MODE = 0o1000, 0o2000, 0o666


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


escaped = []
for key in (0x5EC1, 0x1234, 1):
    for name, arguments in {"shared memory": (SHMGET, key, 0, 0), "semaphores": (SEMGET, key, 0, 0), "messages": (MSGGET, key, 0)}.items():
        if call(*arguments) >= 0:
            escaped.append(f"{name} of another candidate at {key:#x}")
for identity in range(0, 200000, 32768 // 2):
    for name, arguments in {"shared memory": (SHMAT, identity, 0, 0o10000), "semaphores": (SEMCTL, identity, 0, 12, 0)}.items():
        if call(*arguments) not in (-1,):
            escaped.append(f"{name} {identity}")
for kind in ("shm", "sem", "msg"):
    if os.path.exists(f"/proc/sysvipc/{kind}"):
        with open(f"/proc/sysvipc/{kind}") as file:
            escaped += [f"{kind}: {line}" for line in file.read().splitlines()[1:]]
for key in (0x5EC1, 0x1234, 1):
    queue = call(MSGGET, key, CREATE | EXCLUSIVE | MODE)
    call(MSGSND, queue, ctypes.create_string_buffer(b"\1\0\0\0\0\0\0\0left", 16), 4, 0o4000)
    call(SEMGET, key, 4, CREATE | EXCLUSIVE | MODE)
    call(SHMGET, key, 4096, CREATE | EXCLUSIVE | MODE)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
