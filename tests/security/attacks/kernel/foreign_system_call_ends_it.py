# what: one i386 system call in its own process, to see what it does to the run and to process 1
# expect: RUNTIME_ERROR
# limits: wall_time_s=6
# except: docker-runsc RUNTIME_ERROR or ACCEPTED because gVisor's platform may not know int 0x80 at all
import ctypes
import mmap
import os
import platform

if platform.machine() != "x86_64":
    os.abort()
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
print("ESCAPED: an i386 system call returned")
