// Reads the arguments of a C function and writes its result. A list is a pointer and its length, as LeetCode has it.
#include <bits/stdc++.h>  // GCC takes it precompiled only where no other header includes it
#include "call.hpp"

namespace {

using harness::Misfit;
using harness::Reader;
using std::string;

struct Scalar {
    const char* name;
    size_t bytes;
    enum { BOOL, CHAR, SIGNED, UNSIGNED, FLOATING } kind;
};

// In the order that call_c.c numbers them in, from 1.
const Scalar SCALARS[] = {
    {"bool", sizeof(bool), Scalar::BOOL},
    {"char", 1, Scalar::CHAR},
    {"signed char", 1, Scalar::SIGNED},
    {"unsigned char", 1, Scalar::UNSIGNED},
    {"short", sizeof(short), Scalar::SIGNED},
    {"unsigned short", sizeof(short), Scalar::UNSIGNED},
    {"int", sizeof(int), Scalar::SIGNED},
    {"unsigned int", sizeof(int), Scalar::UNSIGNED},
    {"long", sizeof(long), Scalar::SIGNED},
    {"unsigned long", sizeof(long), Scalar::UNSIGNED},
    {"long long", sizeof(long long), Scalar::SIGNED},
    {"unsigned long long", sizeof(long long), Scalar::UNSIGNED},
    {"float", sizeof(float), Scalar::FLOATING},
    {"double", sizeof(double), Scalar::FLOATING},
    {"long double", sizeof(long double), Scalar::FLOATING},
    {"__int128", sizeof(__int128), Scalar::SIGNED},
};

// What call_c.c numbers a type: the scalar's number, plus 100 for each `*`.
struct Type {
    int number;

    const Scalar& scalar() const { return SCALARS[number % 100 - 1]; }
    int pointers() const { return number / 100; }
    Type item() const { return {number - 100}; }
    size_t bytes() const { return pointers() ? sizeof(void*) : scalar().bytes; }
    bool is_char() const { return scalar().kind == Scalar::CHAR; }
    bool is_text() const { return pointers() == 1 && is_char(); }
    bool is_integer() const {
        return !pointers() && (scalar().kind == Scalar::SIGNED || scalar().kind == Scalar::UNSIGNED);
    }
    bool is_int_pointer() const { return number == 107; }
    bool is_list() const { return pointers() && !is_text(); }
};

struct Parameter {
    string name;
    Type type;
    alignas(16) char value[16];

    void set(const void* pointer) { std::memcpy(value, &pointer, sizeof pointer); }
    void set_length(size_t length) {
        const unsigned __int128 wide = length;
        const int bits = 8 * type.bytes() - (type.scalar().kind == Scalar::SIGNED);
        if (bits < 64 && wide >> bits) throw Misfit{"a length of at most " + std::to_string((1ULL << bits) - 1)};
        std::memcpy(value, &wide, type.bytes());  // little-endian
    }
};

std::deque<Parameter> parameters;
Type result_type;
int returned_length;
int* returned_lengths;

void read_scalar(Type type, Reader& from, void* to) {
    const Scalar& scalar = type.scalar();
    const int bits = 8 * scalar.bytes;
    auto put = [&](auto value) { std::memcpy(to, &value, sizeof value); };
    switch (scalar.kind) {
        case Scalar::BOOL: return put(harness::read<bool>(from));
        case Scalar::CHAR: return put(harness::read<char>(from));
        case Scalar::FLOATING:
            if (scalar.bytes == sizeof(float)) return put(from.real<float>(scalar.name));
            if (scalar.bytes == sizeof(double)) return put(from.real<double>(scalar.name));
            return put(from.real<long double>(scalar.name));
        default: break;
    }
    const __int128 half = (__int128)1 << (bits - 2);  // twice this is one more than the most of a signed type
    const __int128 most = scalar.kind == Scalar::SIGNED ? half - 1 + half : 2 * half - 1 + 2 * half;
    const __int128 number = from.whole(scalar.name, scalar.kind == Scalar::SIGNED ? -most - 1 : 0, most);
    std::memcpy(to, &number, scalar.bytes);  // little-endian
}

// Items and what they point to live as long as the process.
struct Items {
    char* at;
    size_t length;
};

template <class Each>
Items read_items(size_t bytes, Reader& from, Each each) {
    std::vector<char> items;
    from.list([&](Reader& item) {
        items.resize(items.size() + bytes);
        each(item, items.data() + items.size() - bytes);
    });
    return {std::copy(items.begin(), items.end(), new char[items.size() + 1]) - items.size(), items.size() / bytes};
}

Items read_list(Type item, Reader& from) {
    return read_items(item.bytes(), from, [&](Reader& one, void* to) { read_scalar(item, one, to); });
}

char* read_text(Reader& from) { return from.take("null") ? nullptr : harness::read<char*>(from); }

Items read_texts(Reader& from) {
    return read_items(sizeof(char*), from, [](Reader& one, void* to) { *static_cast<char**>(to) = read_text(one); });
}

// A row of letters may come as a text.
Items read_letters(Reader& from) {
    const string text = from.text();
    return {std::copy(text.begin(), text.end(), new char[text.size() + 1]) - text.size(), text.size()};
}

Items read_rows(Type row, Reader& from, Items& lengths) {
    std::vector<int> counted;
    const Items rows = read_items(sizeof(void*), from, [&](Reader& one, void* to) {
        const Items items = row.item().is_char() && one.next() == '"' ? read_letters(one) : read_list(row.item(), one);
        counted.push_back(items.length);
        *static_cast<char**>(to) = items.at;
    });
    int* const kept = std::copy(counted.begin(), counted.end(), new int[counted.size() + 1]) - counted.size();
    lengths = {reinterpret_cast<char*>(kept), counted.size()};
    return rows;
}

// Where a function returns a list, its last parameters are where it leaves the list's length, and its rows'.
size_t without_outputs() {
    const int outputs = result_type.is_list() ? result_type.is_char() ? 1 : result_type.pointers() : 0;
    const size_t inputs = parameters.size() - std::min<size_t>(outputs, parameters.size());
    const bool has_length = outputs == 0 || (inputs < parameters.size() && parameters[inputs].type.is_int_pointer());
    const bool has_lengths = outputs < 2 || parameters.back().type.number == 207;
    if (!has_length || !has_lengths || parameters.size() < size_t(outputs))
        throw Misfit{"a function that returns a list ends with the parameters int *returnSize" +
                     string(outputs == 2 ? ", int **returnColumnSizes" : "")};
    if (outputs >= 1) parameters[inputs].set(&returned_length);
    if (outputs == 2) parameters[inputs + 1].set(&returned_lengths);
    return inputs;
}

// Reads one argument into the parameters from `at` on; returns how many of them it is: a list's length is one more.
size_t read_argument(size_t at, size_t inputs, bool has_lengths, Reader& from) {
    Parameter& into = parameters[at];
    const Type type = into.type;
    const bool has_length = at + 1 < inputs && parameters[at + 1].type.is_integer();
    const bool has_row_lengths = has_length && at + 2 < inputs && parameters[at + 2].type.is_int_pointer();
    const bool with_length = has_lengths && has_length;
    const bool is_letters = type.is_text() && with_length && parameters[at + 1].name == into.name + "Size";
    if (type.is_text() && !is_letters) {
        into.set(read_text(from));
        return 1;
    }
    if (!type.pointers()) {
        read_scalar(type, from, into.value);
        return 1;
    }
    const bool has_rows = type.pointers() == 2 && (!type.is_char() || has_row_lengths);
    const bool with_row_lengths = has_lengths && has_rows && has_row_lengths;
    Items lengths{};
    const Items items = has_rows              ? read_rows(type.item(), from, lengths)
                        : type.pointers() == 2 ? read_texts(from)
                                               : read_list(type.item(), from);
    into.set(items.at);
    if (with_length) parameters[at + 1].set_length(items.length);
    if (with_row_lengths) parameters[at + 2].set(lengths.at);
    return 1 + with_length + with_row_lengths;
}

void read_arguments() {
    const string text{std::istreambuf_iterator<char>(std::cin), {}};
    Reader from(text.c_str());
    std::vector<Reader> arguments;
    from.take("[");
    from.list([&](Reader& item) { arguments.push_back(item), item.skip(); });
    if (!from.take("{}")) throw Misfit{"C has no arguments by name"};
    const size_t inputs = without_outputs();
    size_t at = 0, number = 0;
    while (at < inputs && number < arguments.size()) {
        try {
            at += read_argument(at, inputs, arguments.size() < inputs, arguments[number++]);
        } catch (const Misfit& misfit) {
            throw Misfit{"argument " + std::to_string(number) + ": " + misfit.message};
        }
    }
    if (at != inputs || number != arguments.size())
        throw Misfit{"the function does not take " + std::to_string(arguments.size()) + " arguments"};
}

void write_scalar(const Scalar& scalar, const void* at, string& to) {
    __int128 number = 0;
    std::memcpy(&number, at, scalar.bytes);
    const int unused = 128 - 8 * scalar.bytes;
    switch (scalar.kind) {
        case Scalar::BOOL: return harness::write(number != 0, to);
        case Scalar::CHAR: return harness::write(char(number), to);
        case Scalar::SIGNED:
            number = (__int128)((unsigned __int128)number << unused) >> unused;
            return harness::write(number, to);
        case Scalar::UNSIGNED: return harness::write(number, to);
        default: break;
    }
    if (scalar.bytes == sizeof(float)) harness::write<double>(*static_cast<const float*>(at), to);
    else if (scalar.bytes == sizeof(double)) harness::write(*static_cast<const double*>(at), to);
    else harness::write<double>(*static_cast<const long double*>(at), to);
}

void write_value(Type type, const void* at, const int* lengths, string& to) {
    if (!type.pointers()) return write_scalar(type.scalar(), at, to);
    const char* const pointed = *static_cast<const char* const*>(at);
    if (type.is_text()) {
        if (pointed) harness::write_text(pointed, to);
        else to += "null";
        return;
    }
    const bool has_rows = type.pointers() == 2 && !type.is_char();
    if (*lengths < 0 || (*lengths > 0 && (!pointed || (has_rows && !returned_lengths))))
        throw Misfit{"a list of " + std::to_string(*lengths) + " items was returned, and not its items"};
    to += '[';
    for (int i = 0; i < *lengths; ++i) {
        if (i) to += ',';
        write_value(type.item(), pointed + i * type.item().bytes(), has_rows ? returned_lengths + i : nullptr, to);
    }
    to += ']';
}

}  // namespace

extern "C" void* harness_parameter(const char* name, int type) {
    return parameters.emplace_back(Parameter{name, {type}, {}}).value;
}

extern "C" int harness_read(int type) try {
    result_type = {type};
    read_arguments();
    return 1;
} catch (const Misfit& misfit) {
    harness::raised("TypeError", misfit.message);
    return 0;
}

extern "C" int harness_write(const void* result) try {
    string text;
    if (result) write_value(result_type, result, &returned_length, text);
    else text = "null";
    harness::report("{\"returned\":" + text + "}");
    return 0;
} catch (const Misfit& misfit) {
    return harness::raised("TypeError", misfit.message);
}
