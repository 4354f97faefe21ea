# what: executes a program from a memory file, a deleted file and a script without a name, to shed the filter
# expect: ACCEPTED
# limits: processes=16 memory_mib=128 cpu_time_s=3
import os
import sys

PROBE = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
gained = [name for name, done in (("unshare", libc.unshare(0x10000000)), ("mount", libc.mount(b"x", b"/tmp", b"tmpfs", 0, None)),
          ("socket", libc.socket(2, 1, 0)), ("chroot", libc.chroot(b"/tmp")), ("swapon", libc.swapon(b"/x", 0))) if done >= 0]
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
gained += [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd") if int(status[name], 16)]
if libc.prctl(39, 0, 0, 0, 0) != 1 or status["Seccomp"].strip() != "2":
    gained.append("no filter")
os._exit(len(gained))
"""
python = os.path.realpath(sys.executable)
if not os.path.basename(python).startswith("python"):
    python = "/usr/bin/python3"
image = open(python, "rb").read()
memory = os.memfd_create("python", 0)
os.write(memory, image)
os.fchmod(memory, 0o6755)
with open("/tmp/python", "wb") as file:
    file.write(image)
os.chmod("/tmp/python", 0o4755)
deleted = os.open("/tmp/python", os.O_RDONLY)
ways = {
    "a memory file": lambda: os.execve(memory, ["python3", "-I", "-c", PROBE], {}),
    "its link in /proc": lambda: os.execve(f"/proc/self/fd/{memory}", ["python3", "-I", "-c", PROBE], {}),
    "a file of its own": lambda: os.execve("/tmp/python", ["python3", "-I", "-c", PROBE], {"LD_PRELOAD": "/tmp/none.so"}),
    "the loader": lambda: os.execve("/lib64/ld-linux-x86-64.so.2", ["ld", "/tmp/python", "-I", "-c", PROBE], {}),
    "the interpreter": lambda: os.execve(python, ["python3", "-I", "-c", PROBE], {}),
}
escaped = []
for name, way in ways.items():
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 2)
        try:
            os.set_inheritable(memory, True)
            way()
        except OSError:
            os._exit(0)  # was refused
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if 0 < code < 100:
        escaped.append(f"{name} gained {code}")
    if name == "the interpreter" and code != 0:
        escaped.append("the probe does not run at all")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
