// what: includes the host's password file, so that the diagnostics show its lines
// expect: COMPILE_ERROR
#include "/etc/shadow"
#include "/proc/1/environ"
int main(void) { return 0; }
