# Compiles a C program with a harness that calls one of its functions. What the function takes is what GCC itself
# says of it (-aux-info), so the program's own names of types are as good as any.
set -e
gcc="/usr/bin/gcc -std=gnu17 -O2 -pipe -fdiagnostics-color=never"

if [ -n "{{class_name}}" ]; then # a class's method: LeetCode has these before each program
    for header in ctype limits math stdbool stdint stdio stdlib string; do headers="$headers -include $header.h"; done
fi
$gcc -E -Dmain=candidate_main $headers main.c -o program.i
$gcc -fpreprocessed -fsyntax-only -aux-info told.txt program.i

# "/* main.c:3:NF */ extern int f (int *a, int n); /* (a, n) int *a; int n; */": F is a definition, here in main.c.
sed -nE 's@^/\* main\.c:[0-9]+:[NO]F \*/ (static |extern )?(.*\W)?{{function}} \((.*)\); /\* \((.*)\) ?(.*)\*/$@\2|\4|\5@p' \
    told.txt | head -n 1 > signature.txt
if ! [ -s signature.txt ]; then
    echo "the program defines no function '{{function}}'" >&2
    exit 1
fi
IFS='|' read -r returns names declared < signature.txt
case "$returns" in "void ") returns_void=1 ;; *) returns_void=0 ;; esac
each() { echo "$names" | sed -E "s/\w+/$1(&)/g"; }
{
    echo "#define HARNESS_RETURNS_VOID $returns_void"
    echo "#define HARNESS_DECLARED $declared"
    echo "#define HARNESS_PARAMETERS $(each HARNESS_PARAMETER | tr -d ,)"
    echo "#define HARNESS_VALUES $(each HARNESS_VALUE)"
} > signature.h

$gcc -w -c call_c.c -o call_c.o
# What decides whether the precompiled header serves is as it was made with.
/usr/bin/g++ -std=gnu++17 -O1 -pipe -fdiagnostics-color=never -I/usr/local/lib/verifierd/cpp17 -o main call_c.cpp call_c.o -lm
