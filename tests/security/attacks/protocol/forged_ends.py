# what: forges a clean end in every function that reports one, and dies of a signal after its answer
# expect: RUNTIME_ERROR
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os
import signal
import sys

for name, module in list(sys.modules.items()):
    for function in ("report_raised", "write_result", "finish", "_run", "_send", "quietly", "flush_streams"):
        if hasattr(module, function):
            setattr(module, function, lambda *arguments: 0)
json = sys.modules["json"]
json.dumps = lambda *arguments, **options: '{"exit_code": 0, "term_signal": null, "clean": true}'
json.planted = True
os.waitstatus_to_exitcode = lambda status: 0
print("contained", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
