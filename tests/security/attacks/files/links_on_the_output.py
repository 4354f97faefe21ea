# what: puts links, FIFOs and directories where a host would open the output file after the run: go-judge#176
# expect: ACCEPTED
import os

os.chdir("/tmp")
for number, name in enumerate(("stdout", "stderr", "output", "result.json", "answer", "copyout", "files", "artifacts")):
    kind = number % 4
    if kind == 0:
        os.symlink("/etc/shadow", name)
    elif kind == 1:
        os.mkfifo(name)  # opening it would wait for ever
    elif kind == 2:
        os.mkdir(name)
        os.symlink("..", f"{name}/up")
        os.symlink("up/up/up/up/etc", f"{name}/etc")
    else:
        os.symlink(name, name)  # a loop
os.symlink("/proc/self/fd/0", "stdin-link")
os.symlink("/dev/stdin", "/dev/shm/stdin-link")
for target in ("/dev/stdout", "/proc/self/fd/1"):  # its own output, by name
    try:
        with open(target, "w") as file:
            file.write("")
    except PermissionError:
        pass  # gVisor opens another id's pipe for nobody
print("contained")
