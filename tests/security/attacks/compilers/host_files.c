// what: has the compiler look for files of the host, its devices and its processes (`#include` of host files)
// expect: ACCEPTED
#include <stdio.h>
#if __has_include("/etc/shadow") || __has_include("/root/.bashrc") || __has_include("/root/.profile")
#error ESCAPED: files of the host's administrator
#endif
#if __has_include("/run/verifierd.zip") || __has_include("/var/run/docker.sock") || __has_include("/run/cgroup")
#error ESCAPED: the supervisor's or an engine's own files
#endif
#if __has_include("/proc/1/environ") && __has_include("/proc/1/root/etc/shadow")
#error ESCAPED: the root directory of process 1
#endif
#if __has_include("/sys/kernel/notes") || __has_include("/dev/mem") || __has_include("/dev/kmsg")
#error ESCAPED: the host's kernel
#endif
int main(void) { puts("contained"); }
