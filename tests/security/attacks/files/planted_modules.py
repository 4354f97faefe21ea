# what: plants modules and start-up files that a later candidate or a test program would load
# expect: ACCEPTED
# copies: 4
import importlib
import os
import site
import sys

MARK = "verifierd_attack_mark"
NAMES = ("json.py", "re.py", "sitecustomize.py", "usercustomize.py", "conftest.py", "candidate.py", "__main__.py", "solution.py",
         "test.py", "python3._pth", "pyvenv.cfg", "pytest.ini", "setup.cfg", "attack.pth", ".pythonrc.py", ".pydistutils.cfg")  # fmt: skip

escaped = []
for name in ("json", "re", "sitecustomize", "usercustomize", "conftest", "candidate", "solution", "csv", "uuid"):
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    if hasattr(module, MARK) or (name in ("json", "re", "csv", "uuid") and not module.__file__.startswith("/usr")):
        escaped.append(f"{name} was planted: {module.__file__}")
if MARK in dir(sys) or MARK in os.environ:
    escaped.append("the interpreter is marked")
version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
homes = {os.path.expanduser("~"), "/tmp", "/dev/shm", "/root", "/nonexistent"}
folders = {*sys.path, *homes, os.getcwd(), site.getusersitepackages(), f"/usr/local/lib/{version}/dist-packages",
           *(f"{home}/.local/lib/{version}/site-packages" for home in homes), *(f"{home}/.config" for home in homes)}  # fmt: skip
for folder in folders:
    for name in NAMES:
        try:
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{name}", "w") as file:
                file.write(f"import sys\n{MARK} = sys.{MARK} = 1\n")
        except OSError:
            continue
        if not folder.startswith(("/tmp", "/dev/shm")):
            escaped.append(f"{folder}/{name} was written")
for name in ("PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONINSPECT", MARK):
    os.environ[name] = "/tmp"
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
