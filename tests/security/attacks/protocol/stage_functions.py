# what: calls the stage's own functions, which made its walls, once more from inside
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os
import sys

modules = {
    name.rpartition(".")[2]: module for name, module in sys.modules.items() if hasattr(module, "__file__")
}
linux = modules.get("linux")
found, own = [], os.getpid()
if linux is not None:
    for name, arguments in (
        ("clone_into_namespaces", ()),
        ("unshare", (linux.CLONE_NEWNS,)),
        ("unshare", (linux.CLONE_NEWUSER,)),
        ("unshare", (linux.CLONE_NEWCGROUP,)),
        ("mount", ("none", "/tmp", "tmpfs", 0)),
        ("mount", ("proc", "/proc", "proc", 0)),
    ):
        try:
            getattr(linux, name)(*arguments)
            found.append(name)
        except (OSError, AttributeError):
            pass
        if os.getpid() != own:
            os._exit(0)
with open("/proc/self/status") as file:
    status = {line.partition(":")[0]: line.partition(":")[2].strip() for line in file}
if int(status["CapEff"], 16) or int(status["CapPrm"], 16) or status["Seccomp"] != "2":
    found.append("rights")
print("contained" if not found else f"ESCAPED: {found}")
