# what: crashes in the call, in the hope that a crash is skipped
# problem: ordered_list
# passes: 0
# verdict: RUNTIME_ERROR
import ctypes


def ordered(items):
    ctypes.string_at(0)
