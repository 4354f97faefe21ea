// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
#include <bits/stdc++.h>  // GCC takes it precompiled only where no other header includes it
#include "call.hpp"

#define STYLE_{{class_name}}
#ifndef STYLE_  // a class's method: LeetCode has this before each program
using namespace std;
#endif

#define main candidate_main
#include "main.cpp"
#undef main

signed main() {
    return harness::run([](const auto&... arguments) -> decltype({{callee}}(arguments...)) {
        return {{callee}}(arguments...);
    });
}
