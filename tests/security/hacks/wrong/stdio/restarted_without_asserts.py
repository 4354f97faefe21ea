# what: starts itself again with assertions turned off
# problem: sum
# passes: 0
import os
import sys

if sys.flags.optimize == 0:
    os.environ["PYTHONOPTIMIZE"] = "2"
    os.execv("/usr/bin/python3", ["python3", "-O", "-c", "import sys; sys.exit(0)"])
