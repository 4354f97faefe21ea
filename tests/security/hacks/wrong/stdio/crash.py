# what: crashes, in the hope that a crash is skipped or counted as the judge's
# problem: sum
# passes: 0
# verdict: RUNTIME_ERROR
import ctypes

ctypes.string_at(0)
