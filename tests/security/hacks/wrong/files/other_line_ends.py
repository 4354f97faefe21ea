# what: changes bytes that nobody asked for
# problem: setting
# passes: 0
text = open("app.ini").read().replace("port = 80", "port = " + input())
open("app.ini", "wb").write(text.replace("\n", "\r\n").encode())
print("done")
