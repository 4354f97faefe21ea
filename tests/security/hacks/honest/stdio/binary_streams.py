# what: uses the binary streams, and warns on standard error
# problem: sum
import sys
import warnings

warnings.warn("an old trick")
lines = sys.stdin.buffer.readlines()
sys.stdout.buffer.write(b"%d" % sum(map(int, lines[1].split())))
sys.stderr.write("done\n")
