// what: includes a device that never ends
// expect: COMPILE_ERROR
#include "/dev/zero"
int main(void) { return 0; }
