# what: makes sockets and pairs of every family and type but Unix: internet, raw, packet, netlink, vsock, crypto, XDP, CAN
# expect: ACCEPTED
# limits: cpu_time_s=2
import ctypes
import socket

AF_UNIX, FAMILIES, TYPES = 1, 64, (1, 2, 3, 4, 5, 6, 10)
FLAGS = (0, 0o2000000 | 0o4000)  # close-on-exec, non-blocking
PROTOCOLS = {2: (0, 1, 6, 17, 132, 136, 255, 262), 10: (0, 6, 17, 58, 132, 255), 16: range(23), 17: (0, 3, 0x300), 29: (1, 7), 31: range(8)}
libc = ctypes.CDLL(None, use_errno=True)

escaped = []
for family in range(FAMILIES):
    if family == AF_UNIX:
        continue
    for kind in TYPES:
        for flags in FLAGS:
            for protocol in PROTOCOLS.get(family, (0, 1)):
                if libc.socket(family, kind | flags, protocol) >= 0:
                    escaped.append(f"family {family} type {kind} protocol {protocol}")
                pair = (ctypes.c_int * 2)()
                if libc.socketpair(family, kind | flags, protocol, pair) == 0:
                    escaped.append(f"a pair of family {family} type {kind} protocol {protocol}")
for family in (2, 10, 16, 17, 38, 40):  # the upper half of an argument, which the kernel does not read
    for high in (1 << 32, 1 << 63, 0xFFFFFFFF00000000):
        value = (family | high) - (1 << 64 if (family | high) >> 63 else 0)
        if libc.syscall(ctypes.c_long({"x86_64": 41, "aarch64": 198}[__import__("platform").machine()]), ctypes.c_long(value), ctypes.c_long(1), ctypes.c_long(0)) >= 0:
            escaped.append(f"family {value:#x}")
for make in (lambda: socket.create_server(("127.0.0.1", 0)), lambda: socket.create_server(("::1", 0), family=socket.AF_INET6),
             socket.if_nameindex, lambda: socket.create_connection(("127.0.0.1", 80), 1)):  # fmt: skip
    try:
        made = make()
    except OSError:
        continue
    if not isinstance(made, list) or len(made) > 1:  # its own loopback is no way out
        escaped.append(repr(made))
print("ESCAPED: " + "; ".join(dict.fromkeys(escaped)) if escaped else "contained")
