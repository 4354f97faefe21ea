# what: has other programs do it
# problem: archive
import subprocess

name = input()
subprocess.run(["mkdir", name], check=True)
subprocess.run(f"mv in/* {name}/", shell=True, check=True)
