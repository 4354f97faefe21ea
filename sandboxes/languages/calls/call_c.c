// The candidate's program and the call of one of its functions: the types are named here, for call_c.cpp to read.
#include "program.i"
#include "signature.h"

#define HARNESS_EACH_TYPE(X) \
    X(1, _Bool) X(2, char) X(3, signed char) X(4, unsigned char) X(5, short) X(6, unsigned short) X(7, int) \
    X(8, unsigned) X(9, long) X(10, unsigned long) X(11, long long) X(12, unsigned long long) X(13, float) \
    X(14, double) X(15, long double) X(16, __int128)
#define HARNESS_NUMBERED(number, type) \
    type: number, type *: 100 + number, const type *: 100 + number, type **: 200 + number, \
    const type **: 200 + number, type *const *: 200 + number, const type *const *: 200 + number,
#define HARNESS_TYPE(value) _Generic((value), HARNESS_EACH_TYPE(HARNESS_NUMBERED) default: 0)
#define HARNESS_IS_VALUE(type, what) \
    _Static_assert(type, what " is of a type that no test has a value for; allowed: numbers, _Bool, char, " \
                         "pointers to them, and pointers to these")

extern void *harness_parameter(const char *name, int type);
extern int harness_read(int result_type);
extern int harness_write(const void *result);

#define HARNESS_PARAMETER(name) \
    HARNESS_IS_VALUE(HARNESS_TYPE(name), "the parameter " #name); \
    const __typeof__(name) *harness_at_##name = harness_parameter(#name, HARNESS_TYPE(name));
#define HARNESS_VALUE(name) *harness_at_##name

int main(void) {
    HARNESS_DECLARED
    HARNESS_PARAMETERS
#if HARNESS_RETURNS_VOID
    if (!harness_read(0)) return 1;
    {{function}}(HARNESS_VALUES);
    return harness_write(0);
#else
    HARNESS_IS_VALUE(HARNESS_TYPE({{function}}(HARNESS_VALUES)), "the result of {{function}}");
    if (!harness_read(HARNESS_TYPE({{function}}(HARNESS_VALUES)))) return 1;
    __typeof__({{function}}(HARNESS_VALUES)) harness_result = {{function}}(HARNESS_VALUES);
    return harness_write(&harness_result);
#endif
}
