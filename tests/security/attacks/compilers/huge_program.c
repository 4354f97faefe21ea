// what: a program of eight gigabytes, which fills the disk of whoever links it
// expect: COMPILE_ERROR
char first[1LL << 32] = {1}, second[1LL << 32] = {2};
int main(void) { return first[5] + second[5]; }
