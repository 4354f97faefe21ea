# what: sees and changes network interfaces by requests on a Unix socket, which needs no socket of another family
# expect: ACCEPTED
import ctypes
import fcntl
import os
import socket
import struct

SIOCGIFCONF, SIOCGIFADDR, SIOCGIFHWADDR = 0x8912, 0x8915, 0x8927
CHANGES = {"flags": 0x8914, "address": 0x8916, "hardware address": 0x8924, "new bridge": 0x89A0, "new VLAN": 0x8983, "name": 0x8923,
           "queue length": 0x8943, "ethtool": 0x8946, "route": 0x890B, "neighbour": 0x8955, "mtu": 0x8922, "tunnel": 0x89F1}  # fmt: skip

escaped = []
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
space = bytearray(40 * 64)
room = (ctypes.c_char * len(space)).from_buffer(space)
try:
    answer = fcntl.ioctl(end, SIOCGIFCONF, struct.pack("iP", len(space), ctypes.addressof(room)))
    for place in range(0, struct.unpack("iP", answer)[0], 40):
        name = bytes(space[place : place + 16]).rstrip(b"\0")
        if name != b"lo":
            escaped.append(f"interface {name}")
except OSError:
    pass
for name in (b"lo", b"eth0", b"ens3", b"docker0", b"br0", b"wlan0", b"enp0s3"):
    if name != b"lo":
        for request in (SIOCGIFADDR, SIOCGIFHWADDR):
            try:
                escaped.append(f"{name} has {fcntl.ioctl(end, request, name.ljust(40, bytes(1)))}")
            except OSError:
                pass
    for what, request in CHANGES.items():
        try:
            fcntl.ioctl(end, request, name.ljust(16, b"\0") + struct.pack("H22x", 0x41))
            escaped.append(f"{what} of {name} was changed")
        except OSError:
            pass
for path in ("/dev/net/tun", "/dev/vhost-net", "/dev/vsock", "/dev/ppp"):
    try:
        os.open(path, os.O_RDWR)
        escaped.append(path)
    except OSError:
        pass
for path in ("/proc/self/net/dev", "/proc/self/net/if_inet6"):
    if os.path.exists(path):
        with open(path) as file:
            names = {line.split(":")[0].strip() if ":" in line else line.split()[-1] for line in file if ":" in line or "inet6" in path}
        escaped += [f"{path} has {name}" for name in names - {"lo"} if not name.startswith(("tunl", "sit", "ip6", "gre", "erspan", "ip_vti"))]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
