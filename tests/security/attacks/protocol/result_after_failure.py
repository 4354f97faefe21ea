# what: reports a success on the file for results, prints the answer and then fails
# expect: RUNTIME_ERROR
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

os.write(3, b'{"returned":[null,true]}{"exit_code":0,"term_signal":null,"clean":true}')
print("contained", flush=True)
os._exit(3)
