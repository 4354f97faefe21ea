# what: starts threads until the limit of processes stops it, which may not be later than promised
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128 processes=24 wall_time_s=10
import threading

end = threading.Event()
started = 0
try:
    while started < 200:
        threading.Thread(target=end.wait, daemon=True).start()
        started += 1
except RuntimeError:
    pass
end.set()
print("contained" if started < 24 else f"ESCAPED: {started} threads")
