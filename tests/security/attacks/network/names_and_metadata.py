# what: asks for names (DNS) and for the cloud's metadata, which hands out credentials
# expect: ACCEPTED
# limits: cpu_time_s=2 wall_time_s=12
import http.client
import os
import socket
import urllib.request

socket.setdefaulttimeout(0.3)
METADATA = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "[fd00:ec2::254]", "metadata.google.internal", "2852039166", "0xA9FEA9FE")
PATHS = ("/latest/meta-data/iam/security-credentials/", "/computeMetadata/v1/", "/metadata/instance?api-version=2021-02-01", "/v2/credentials")

escaped = []
for host in METADATA:
    for path in PATHS:
        request = urllib.request.Request(f"http://{host}{path}", headers={"Metadata-Flavor": "Google", "Metadata": "true"})
        try:
            urllib.request.urlopen(request, timeout=0.3)
            escaped.append(f"{host}{path}")
        except (OSError, http.client.HTTPException):
            pass
for name in ("example.com", "example.org.", "secret-data.example.com", "metadata", "_tcp.local", socket.gethostname() + ".local"):
    for ask in (socket.gethostbyname, lambda name: socket.getaddrinfo(name, 443), socket.gethostbyname_ex, lambda name: socket.getaddrinfo(name, 53, socket.AF_INET6)):
        try:
            escaped.append(f"{name} is {ask(name)}")
        except OSError:
            pass
for address in ("8.8.8.8", "127.0.0.53", "1.1.1.1"):
    try:
        escaped.append(f"{address} is {socket.gethostbyaddr(address)}")
    except OSError:
        pass
for path in ("/run/systemd/resolve/io.systemd.Resolve", "/run/nscd/socket", "/var/run/nscd/socket", "/run/avahi-daemon/socket"):
    with socket.socket(socket.AF_UNIX) as service:
        try:
            service.connect(path)
            escaped.append(path)
        except OSError:
            pass
if os.path.exists("/etc/resolv.conf") and os.access("/etc/resolv.conf", os.R_OK):
    with open("/etc/resolv.conf") as file:
        inner = [line for line in file if line.startswith("search") and "." in line]
    escaped += ["the host's search domains " + line for line in inner]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
