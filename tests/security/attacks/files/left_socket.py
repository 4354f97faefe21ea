# what: leaves a socket as its answer
# expect: WRONG_ANSWER
# leaves: answer
import socket

socket.socket(socket.AF_UNIX).bind("answer")
