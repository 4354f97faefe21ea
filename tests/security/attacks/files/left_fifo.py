# what: leaves a FIFO as its answer: whoever opens it to read waits for ever
# expect: WRONG_ANSWER
# leaves: answer
import os

os.mkfifo("answer", 0o666)
