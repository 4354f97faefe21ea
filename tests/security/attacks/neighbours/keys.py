# what: leaves keys in the kernel's keyrings for the next candidate (isolate before 2.5), and looks for others' keys
# expect: ACCEPTED
# copies: 4
import ctypes
import os
import platform

ADD_KEY, REQUEST_KEY, KEYCTL = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
RINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user session": -5, "group": -6, "request": -7}


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


escaped = []
for kind in (b"user", b"keyring", b"logon", b"big_key", b"asymmetric", b"encrypted", b"dns_resolver"):
    if call(REQUEST_KEY, kind, b"verifierd-attack", 0, 0) >= 0:
        escaped.append(f"a key of kind {kind} was found")
    for name, ring in RINGS.items():
        if call(ADD_KEY, kind, b"verifierd-attack", b"left", 4, ring) >= 0:
            escaped.append(f"a key of kind {kind} in the {name} keyring")
space = ctypes.create_string_buffer(4096)
for name, ring in RINGS.items():
    if call(KEYCTL, 0, ring, 1) >= 0:  # KEYCTL_GET_KEYRING_ID, made if need be
        escaped.append(f"the {name} keyring")
    if call(KEYCTL, 11, ring, space, 4096) >= 0:  # KEYCTL_READ
        escaped.append(f"the {name} keyring can be read")
    if call(KEYCTL, 5, ring, 0x3F3F3F3F) >= 0:  # KEYCTL_SETPERM
        escaped.append(f"the {name} keyring was opened to all")
if call(KEYCTL, 1, b"verifierd-attack") >= 0:  # KEYCTL_JOIN_SESSION_KEYRING
    escaped.append("joined a session keyring by its name")
if call(KEYCTL, 22, os.getuid(), -3) >= 0:  # KEYCTL_GET_PERSISTENT
    escaped.append("the keyring that outlives its user's processes")
if call(KEYCTL, 18) >= 0:  # KEYCTL_SESSION_TO_PARENT
    escaped.append("gave its keyring to its parent")
for path in ("/proc/keys",):
    if os.path.exists(path):
        try:
            with open(path) as file:
                escaped += [line.strip() for line in file if "verifierd" in line or "docker" in line]
        except OSError:
            pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
