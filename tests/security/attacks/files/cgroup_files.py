# what: leaves its cgroup, raises its limits, sets release_agent, makes cgroups of its own
# expect: ACCEPTED
import os

NAMES = ("cgroup.procs", "tasks", "cgroup.threads", "memory.max", "memory.limit_in_bytes", "pids.max", "cpu.max",
         "release_agent", "notify_on_release", "cgroup.subtree_control", "cgroup.kill", "cgroup.freeze", "memory.oom_control",
         "devices.allow", "cgroup.clone_children", "memory.force_empty")  # fmt: skip

folders = {"/sys/fs/cgroup", "/run/cgroup", "/cgroup", "/dev/cgroup", "/acct", "/tmp/cgroup"}
for line in open("/proc/self/mountinfo"):
    before, _, after = line.partition(" - ")
    if after.startswith("cgroup"):
        folders.add(before.split()[4])
escaped = []
for top in folders:
    for folder, _, files in os.walk(top):
        for name in {*NAMES, *files}:
            path = os.path.join(folder, name)
            try:
                os.close(os.open(path, os.O_WRONLY))
                escaped.append(f"{path} opens for writing")
            except OSError:
                pass
        try:
            os.mkdir(os.path.join(folder, "verifierd-attack"))
            escaped.append(f"a cgroup in {folder}")
        except OSError:
            pass
for folder in ("/sys/fs/cgroup", "/run/cgroup"):
    for path in (f"{folder}/..", f"{folder}/unified", f"/proc/1/root{folder}", f"/proc/self/root{folder}"):
        try:
            with open(f"{path}/cgroup.procs", "w") as file:
                file.write("0")
            escaped.append(f"moved to {path}")
        except OSError:
            pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
