# Compiles a C program with a harness that calls one of its functions. What the function takes is what GCC itself
# says of it (-aux-info), so the program's own names of types are as good as any.
set -e
gcc="/usr/bin/gcc -std=gnu17 -O2 -pipe -fdiagnostics-color=never"

$gcc -E -Dmain=candidate_main main.c -o program.i
$gcc -fsyntax-only -aux-info told.txt program.i

# "/* main.c:3:NF */ extern int f (int *a, int n); /* (a, n) int *a; int n; */": F is a definition.
sed -nE 's@^/\* \S*:[0-9]+:[NO]F \*/ (static |extern )?(.*\W)?{{function}} \((.*)\); /\* \((.*)\) ?(.*)\*/$@\2|\4|\5@p' \
    told.txt | head -n 1 > signature.txt
if ! [ -s signature.txt ]; then
    echo "the program defines no function '{{function}}'" >&2
    exit 1
fi
IFS='|' read -r returns names declared < signature.txt
case "$returns" in "void ") returns_void=1 ;; *) returns_void=0 ;; esac
each() { echo "$names" | sed -E "s/\w+/$1(&)/g"; }
{
    echo "#define RETURNS_VOID $returns_void"
    echo "#define DECLARED $declared"
    echo "#define PARAMETERS $(each PARAMETER | tr -d ,)"
    echo "#define VALUES $(each VALUE)"
} > signature.h

$gcc -w -c call_c.c -o call_c.o
# What decides whether the precompiled header serves is as it was made with.
/usr/bin/g++ -std=gnu++17 -O1 -pipe -fdiagnostics-color=never -I/usr/local/lib/verifierd/cpp17 -o main call_c.cpp call_c.o -lm
