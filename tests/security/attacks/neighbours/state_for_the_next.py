# what: leaves its word in every place that a later candidate may read: scratch, home, XDG folders, spools, histories
# expect: ACCEPTED
# copies: 6
import ctypes
import os
import tempfile

WORD = "verifierd-attack-word"
HOME = os.path.expanduser("~")
PLACES = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/var/lock", "/run/shm", "/var/spool", "/var/cache", "/var/crash", "/mnt", "/media",
          "/usr/tmp", "/home", "/root", "/srv", "/opt", "/", ".", "..", HOME, f"{HOME}/.cache", f"{HOME}/.config", f"{HOME}/.local/share",
          f"/run/user/{os.getuid()}", f"/tmp/user/{os.getuid()}", tempfile.gettempdir(), *filter(None, map(os.environ.get, (
              "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR", "TEMP", "PWD", "OLDPWD")))]  # fmt: skip
FILES = (WORD, "." + WORD, ".python_history", ".bash_history", ".netrc", f"{WORD}.lock")

places = dict.fromkeys(map(os.path.realpath, PLACES))
escaped = [f"{place}/{name}" for place in places for name in FILES if os.path.lexists(f"{place}/{name}")]
for place in ("/tmp", "/dev/shm"):
    escaped += [f"{place}/{name}" for name in os.listdir(place)]
for name, value in os.environ.items():
    if WORD in value:
        escaped.append(f"variable {name}")
with open("/proc/self/comm") as file:
    if WORD[:15] in file.read():
        escaped.append("the process is named so")
outside = []
for place in places:
    for name in FILES:
        try:
            os.makedirs(place, exist_ok=True)
            with open(f"{place}/{name}", "w") as file:
                file.write(WORD)
        except OSError:
            continue
        if not place.startswith(("/tmp", "/dev/shm")):
            outside.append(place)
escaped += [f"{place} takes files" for place in outside]
ctypes.CDLL(None).prctl(15, WORD.encode(), 0, 0, 0)  # PR_SET_NAME
os.environ["PATH"] = os.environ["HOME"] = WORD
os.umask(0o777)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
