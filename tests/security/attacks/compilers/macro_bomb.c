// what: macros that double thirty-two times
// expect: COMPILE_ERROR
#define A(x) x x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(B(x))))
#define D(x) C(C(x))
int main(void) { int x = 0; D(x++;) return x; }
