# what: leaves POSIX shared memory and semaphores in /dev/shm for the next candidate (isolate before 2.7)
# expect: ACCEPTED
# copies: 6
import os
import time
from multiprocessing import resource_tracker, shared_memory

NAMES = [f"verifierd_attack_{number}" for number in range(4)]

escaped = [f"/dev/shm/{name}" for name in os.listdir("/dev/shm")]
for name in NAMES:
    try:
        found = shared_memory.SharedMemory(name)
        escaped.append(f"{name}: {bytes(found.buf[:8])}")
    except FileNotFoundError:
        pass
resource_tracker.register = lambda *_: None  # so that nothing unlinks them
for name in NAMES:
    try:
        made = shared_memory.SharedMemory(name, create=True, size=4096)
        made.buf[:8] = b"planted!"
    except FileExistsError:
        escaped.append(f"{name} came meanwhile")
semaphore = b"sem.verifierd_attack"
with open(b"/dev/shm/" + semaphore, "wb") as file:
    file.write(b"\1" * 32)
time.sleep(0.15)  # while a neighbour runs
escaped += [name for name in os.listdir("/dev/shm") if name not in NAMES and name.encode() != semaphore]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained", flush=True)
os._exit(0)
