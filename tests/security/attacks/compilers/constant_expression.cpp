// what: a constant that takes the compiler for ever to compute
// expect: COMPILE_ERROR
constexpr unsigned long long spin(unsigned long long n) { return n < 2 ? 1 : spin(n - 1) + spin(n - 2); }
static_assert(spin(90) != 0, "");
int main() {}
