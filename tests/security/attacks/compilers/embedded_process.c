// what: embeds the compiler's own environment and its parent's memory into the program, to read them at leisure
// expect: COMPILE_ERROR or WRONG_ANSWER
#include <stdio.h>
__asm__(".section .rodata\n.global begin, end\nbegin: .incbin \"/proc/1/environ\"\nend: .byte 0\n");
extern const char begin[], end[];
int main(void) { fwrite(begin, 1, end - begin, stdout); }
