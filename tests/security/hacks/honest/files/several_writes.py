# what: writes and changes its mind
# problem: setting
port = input()
text = open("app.ini").read()
for value in ("1", "2", port):
    with open("app.ini", "w") as file:
        file.write(text.replace("port = 80", f"port = {value}"))
print("done")
