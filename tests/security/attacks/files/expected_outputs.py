# what: looks for expected outputs and secrets of the host in its own memory, stack, objects and open files
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=256
import codecs
import ctypes
import gc
import os
import re
import sys

# Both are written so that this program's own text is no match.
answer = codecs.decode("pbagnvarq", "rot13")
wanted = re.compile(b"(?<![A-Za-z ])" + answer.encode() + b"\n|(?:answer|file|environment)-[0-9a-f]{32}")
variable = re.compile(codecs.decode("IREVSVREQ_PNANEL|irevsvreq-pnanel", "rot13").encode())
CHUNK = 1 << 20

escaped = []
frame = sys._getframe()
while frame is not None:
    for name, value in [*frame.f_globals.items(), *frame.f_locals.items()]:
        if isinstance(value, (str, bytes)) and (value if isinstance(value, bytes) else value.encode(errors="replace")) == answer.encode() + b"\n":
            escaped.append(f"a caller's variable {name}")
    frame = frame.f_back
for thing in gc.get_objects():
    if isinstance(thing, dict):
        for key in ("expected", "expected_stdout", "reference", "candidate_id"):
            if isinstance(thing.get(key), (str, bytes)):
                escaped.append(f"an object with {key}")
for fd in range(64):
    try:
        content = os.pread(fd, CHUNK, 0)
    except OSError:
        continue
    if wanted.search(content):
        escaped.append(f"file descriptor {fd}")
with open("/proc/self/maps") as maps:
    lines = maps.read().splitlines()
for line in lines:
    span, rights, _, device, inode, *name = line.split()
    start, end = (int(part, 16) for part in span.split("-"))
    if rights[0] != "r" or inode != "0" or name and name[0].startswith("[v"):
        continue  # files are the host's own, and may end before their mapping
    for place in range(start, end, CHUNK):
        content = ctypes.string_at(place, min(CHUNK, end - place))
        for found in [*wanted.finditer(content), *variable.finditer(content)]:
            escaped.append(f"memory {line.split()[-1]}: {found[0]!r}")
        del content
print("ESCAPED: " + "; ".join(escaped) if escaped else answer)
