# what: leaves the old setting beside the new one
# problem: setting
# passes: 0
open("app.ini", "a").write(f"port = {input()}\n")
print("done")
