# what: makes files with overlong, absolute, upward, non-text, newline and NUL names, and leaves them
# expect: ACCEPTED
import os

escaped = []
for top in (b"/tmp", b"/dev/shm"):
    for name in (b"x" * 255, b"\xff\xfe\x80", b"a\nb", b"\r\x1b[2J", b"-n", b"~", b" ", b"..\xc0\xaf..", b"%2e%2e%2f", b"{}", b"`id`", "ﷺ".encode() * 80):
        open(top + b"/" + name, "w").close()
    for name in (b"x" * 256, b"y" * 5000, b"/".join([b"z" * 255] * 20), b"/../../verifierd-attack", b"../verifierd-attack", b"", b"/"):
        try:
            os.close(os.open(top + b"/" + name, os.O_CREAT | os.O_WRONLY))
            escaped.append(f"{name[:40]!r} was made")
        except OSError:
            pass
    for name in (b"a\0b", b"\0", b"json.py\0.txt"):
        try:
            os.open(top + b"/" + name, os.O_CREAT | os.O_WRONLY)
            escaped.append(f"{name!r} was made")
        except ValueError:
            pass
for path in ("/verifierd-attack", "/proc/self/root/verifierd-attack", "/proc/self/cwd/../verifierd-attack", "/proc/self/cwd/../../../verifierd-attack", "//verifierd-attack"):
    for make in (lambda p: open(p, "w").close(), os.mkdir, lambda p: os.rename("/tmp/ ", p)):
        try:
            make(path)
            escaped.append(path)
        except OSError:
            pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
