# what: looks for expected outputs and secrets of the host in its own memory, stack, objects and open files
# expect: ACCEPTED
# limits: cpu_time_s=10 memory_mib=256
import ctypes
import gc
import os
import re
import sys

# No pattern matches its own text.
wanted = re.compile(rb"(?<![A-Za-z ])contai[n]ed\n|(?:answer|file|environment)[-][0-9a-f]{32}|VERIFIERD[_]CANARY|verifierd[-]canary")
CHUNK = 1 << 20
planted = bytearray(b"answer" + b"-" + os.urandom(16).hex().encode())  # what a search that works does find

escaped = []
found = set()
frame = sys._getframe()
while frame is not None:
    for name, value in [*frame.f_globals.items(), *frame.f_locals.items()]:
        if isinstance(value, (str, bytes)) and wanted.search(value.encode() if isinstance(value, str) else value):
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
        for match in wanted.finditer(ctypes.string_at(place, min(CHUNK, end - place))):
            found.add(match[0])
if bytes(planted) not in found:
    escaped.append("the search is blind")
escaped += [repr(text) for text in found - {bytes(planted)}]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
