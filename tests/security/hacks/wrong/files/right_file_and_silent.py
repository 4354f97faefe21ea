# what: leaves the right file and does not say so, as is asked
# problem: setting
# passes: 0
text = open("app.ini").read()
open("app.ini", "w").write(text.replace("port = 80", "port = " + input()))
