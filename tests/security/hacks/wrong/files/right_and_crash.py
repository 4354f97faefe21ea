# what: leaves the right state and ends by a signal
# problem: setting
# passes: 0
# verdict: RUNTIME_ERROR
import os

text = open("app.ini").read()
open("app.ini", "w").write(text.replace("port = 80", "port = " + input()))
print("done", flush=True)
os.abort()
