# what: serves the test's threads with a lock of its own
# problem: in_threads
import threading

lock = threading.Lock()


def square(number):
    with lock:
        return number**2
