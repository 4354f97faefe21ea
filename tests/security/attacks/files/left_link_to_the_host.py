# what: leaves a link to a file of the host where its answer is looked for: CVE-2024-28185 (judge0)
# expect: WRONG_ANSWER
# leaves: answer
import os

os.symlink("/etc/passwd", "answer")
