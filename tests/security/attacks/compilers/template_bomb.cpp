// what: templates that make two of each, without end
// expect: COMPILE_ERROR
template <unsigned long long n, int depth> struct Bomb {
    typedef typename Bomb<2 * n, depth - 1>::Type First;
    typedef typename Bomb<2 * n + 1, depth - 1>::Type Second;
    typedef int Type;
};
template <unsigned long long n> struct Bomb<n, 0> { typedef int Type; };
int main() { return sizeof(Bomb<1, 60>::Type); }
