# what: makes itself nicer to itself than its neighbours are to it
# expect: ACCEPTED
# except: docker-runsc WRONG_ANSWER because gVisor notes the number and schedules nobody by it
import os

try:
    print(f"ESCAPED: its own niceness {os.nice(-5)}")
except PermissionError:
    print("contained")
