# what: reaches services of the host on loopback and on inner networks by every tool at hand: CVE-2024-29021 (judge0)
# expect: ACCEPTED
# limits: cpu_time_s=3 wall_time_s=12 processes=24
# stdin: {port}
import http.client
import shutil
import socket
import subprocess
import urllib.request

port = int(input())
socket.setdefaulttimeout(0.3)
HOSTS = ("127.0.0.1", "127.1", "0.0.0.0", "0", "localhost", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::", "172.17.0.1", "10.0.0.1",
         "192.168.0.1", "host.docker.internal", "gateway.docker.internal", "db", "redis", "169.254.1.1", "255.255.255.255")  # fmt: skip

escaped = []
for host in HOSTS:
    for number in (port, 22, 2375, 5432, 6379):
        try:
            with socket.create_connection((host, number), 0.3):
                escaped.append(f"{host}:{number}")
        except OSError:
            pass
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
                datagrams.sendto(b"x", (host, port))
                escaped.append(f"a datagram to {host}")
        except OSError:
            pass
for url in (f"http://127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}/", f"http://[::1]:{port}/"):
    try:
        urllib.request.urlopen(url, timeout=0.3)
        escaped.append(url)
    except (OSError, http.client.HTTPException):
        pass
TOOLS = [f"curl -sm1 http://127.0.0.1:{port}/", f"wget -qT1 -t1 -O- http://127.0.0.1:{port}/", f"nc -w1 127.0.0.1 {port}", f"perl -MIO::Socket::INET -e 'exit!IO::Socket::INET->new(\"127.0.0.1:{port}\")'",
         f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'", f"bash -c 'exec 3<>/dev/udp/127.0.0.1/{port}'", f"ssh -o ConnectTimeout=1 -p {port} 127.0.0.1", "ping -c1 -W1 127.0.0.1"]  # fmt: skip
for tool in TOOLS:
    if shutil.which(tool.split()[0]):
        done = subprocess.run(["/bin/sh", "-c", tool], capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            escaped.append(tool)
for table in ("tcp", "tcp6", "udp", "udp6", "route", "arp", "raw"):
    try:
        with open(f"/proc/self/net/{table}") as file:
            lines = file.read().splitlines()[1:]
    except OSError:
        continue
    if any(f":{port:04X} " in line for line in lines) or (table in ("route", "arp") and lines):
        escaped.append(f"/proc/self/net/{table}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
