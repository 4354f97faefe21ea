# what: reads what the host's environment left: variables, arguments, host name, cgroup paths (SandboxFusion)
# expect: ACCEPTED
import glob
import os
import re
import socket

KNOWN = re.compile(r"PATH|HOME|LANG|LC_\w+|PYTHON\w+|HOSTNAME|TZ|PWD|SHLVL|TERM|USER|_")
SECRET = ("canary", "password", "secret", "token", "credential", "api_key", "authorization")

escaped = [f"variable {name}" for name in os.environ if not KNOWN.fullmatch(name)]
for path in ["/proc/self/environ", "/proc/self/cmdline", *glob.glob("/proc/[0-9]*/environ"), *glob.glob("/proc/[0-9]*/cmdline")]:
    try:
        text = open(path, "rb").read().decode(errors="replace").lower()
    except OSError:
        continue
    escaped += [f"{path} has {word}" for word in SECRET if word in text]
    for variable in text.split("\0") if path.endswith("environ") else ():
        name = variable.partition("=")[0].upper()
        if name and not KNOWN.fullmatch(name):
            escaped.append(f"{path} has {name}")
for name, value in os.environ.items():
    escaped += [f"{name} has {word}" for word in SECRET if word in value.lower()]
    if any(part in value for part in ("/root", "/home", "/work", "site-packages")):
        escaped.append(f"{name} names a folder of the host")
if "." in socket.gethostname():
    escaped.append("the host's name")
for line in open("/proc/self/cgroup"):
    if re.search(r"verifierd|docker|kubepods|\.slice|\.service", line):
        escaped.append("the host's cgroup path " + line.strip())
print("ESCAPED: " + "; ".join(sorted(set(escaped))) if escaped else "contained")
