// what: a file that includes itself twice, with a complaint at each level
// expect: COMPILE_ERROR
#warning here it is again, and every word of it is written to the compiler's diagnostics once more
#include __FILE__
#include __FILE__
int main(void) { return 0; }
