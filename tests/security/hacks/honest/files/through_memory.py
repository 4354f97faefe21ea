# what: writes the file through a mapping of it
# problem: setting
import mmap

port = input()
with open("app.ini", "r+b") as file:
    text = file.read().replace(b"port = 80", b"port = " + port.encode())
    file.truncate(len(text))
    with mmap.mmap(file.fileno(), len(text)) as mapped:
        mapped[:] = text
print("done")
