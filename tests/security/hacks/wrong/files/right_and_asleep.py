# what: leaves the right state and does not end
# problem: setting
# passes: 0
# verdict: TIME_LIMIT_EXCEEDED
import time

text = open("app.ini").read()
with open("app.ini", "w") as file:
    file.write(text.replace("port = 80", "port = " + input()))
print("done", flush=True)
time.sleep(60)
