// What call.cpp and call_c.cpp are made of: arguments are read by the types of the function's parameters, its result is written.
#pragma once
#include <cxxabi.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace harness {

using std::string;

struct Misfit {
    string message;
};

template <class T>
T& the() {
    static T one;
    return one;
}

// One JSON value of the input, from where it begins.
class Reader {
public:
    explicit Reader(const char* text) : at(text) {}

    char next() {
        while (std::strchr(" \t\r\n,:", *at)) ++at;
        return *at;
    }

    bool take(const string& token) {
        next();
        if (std::strncmp(at, token.c_str(), token.size()) != 0) return false;
        at += token.size();
        return true;
    }

    bool tag(const string& name) { return take("{\"$" + name + "\":"); }

    Misfit misfit(const string& expected) {
        next();
        Reader end = *this;
        end.skip();
        return {"expected " + expected + ", got " + string(at, end.at).substr(0, 80)};
    }

    void skip() {
        int depth = 0;
        do {
            const char first = next();
            if (first == '"') {
                for (++at; *at != '"'; ++at) at += *at == '\\';
                ++at;
            } else if (std::strchr("[{]}", first)) {
                depth += first == '[' || first == '{' ? 1 : -1;
                ++at;
            } else {
                at += std::strcspn(at, ",:[]{} \n");
            }
        } while (depth > 0);
    }

    template <class Each>
    void items(Each each) {
        for (++at; next() != ']';) each(*this);
        ++at;
    }

    // The items of a list or a tuple; of a set.
    template <class Each>
    void list(Each each) {
        const bool tagged = tag("tuple");
        if (next() != '[') throw misfit("a list");
        items(each);
        if (tagged) take("}");
    }

    template <class Each>
    void set(Each each) {
        if (!tag("set") && !tag("frozenset")) throw misfit("a set");
        items(each);
        take("}");
    }

    template <class Each>
    void dict(Each each) {
        if (tag("dict")) {
            items([&](Reader& pair) { pair.take("["), each(pair), pair.take("]"); });
            take("}");
        } else if (next() == '{' && std::strncmp(at, "{\"$", 3) != 0) {
            for (++at; next() != '}';) each(*this);
            ++at;
        } else {
            throw misfit("a dict");
        }
    }

    // Counted below zero, where there is one number more.
    __int128 whole(const string& expected, __int128 least, __int128 most) {
        Reader start = *this;
        const bool tagged = take("{\"$int\":\"");
        const int base = tagged ? 16 : 10;
        const bool negative = take("-");
        const __int128 lowest = std::numeric_limits<__int128>::min();
        const char* const first = at;
        __int128 number = 0;
        for (; std::isxdigit(*at) && (tagged || std::isdigit(*at)); ++at) {
            const int digit = std::isdigit(*at) ? *at - '0' : *at - 'a' + 10;
            if (number < (lowest + digit) / base) throw start.misfit(expected);
            number = number * base - digit;
        }
        const bool is_whole = at != first && !std::strchr(".eE", *at);
        if (!is_whole || (!negative && number == lowest)) throw start.misfit(expected);
        if (!negative) number = -number;
        if (number < least || number > most) throw start.misfit(expected);
        if (tagged) take("\"}");
        return number;
    }

    template <class T>
    T real(const string& expected) {
        for (const auto& [name, number] : {std::pair("nan", NAN), {"inf", INFINITY}, {"-inf", -INFINITY}})
            if (take("{\"$float\":\"" + string(name) + "\"}")) return T(number);
        if (next() != '-' && !std::isdigit(*at)) throw misfit(expected);
        char* end;
        const T number = T(std::strtod(at, &end));
        const bool is_whole = std::string_view(at, end - at).find_first_of(".eE") == string::npos;
        const bool is_other = is_whole && (long double)number != std::strtoll(at, nullptr, 10);
        if (is_other || std::isinf(number)) throw misfit(expected);
        at = end;
        return number;
    }

    string text() {
        if (next() != '"') throw misfit("a string");
        string text;
        for (++at; *at != '"'; ++at) {
            if (*at != '\\') {
                text += *at;
            } else if (*++at != 'u') {
                const char* const escape = std::strchr("b\bf\fn\nr\rt\t\"\"\\\\//", *at);
                text += escape[1];
            } else {
                unsigned code = unit();
                if (code >> 10 == 0xD800 >> 10 && at[1] == '\\') {
                    ++at, ++at;
                    code = 0x10000 + ((code - 0xD800) << 10) + unit() - 0xDC00;
                }
                append(code, text);
            }
        }
        ++at;
        return text;
    }

private:
    const char* at;

    unsigned unit() {
        const unsigned code = std::stoul(string(at + 1, 4), nullptr, 16);
        at += 4;
        return code;
    }

    static void append(unsigned code, string& text) {
        const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        text += char(more ? 0x780 >> more | code >> 6 * more : code);
        for (int i = more; i-- > 0;) text += char(0x80 | (code >> 6 * i & 0x3F));
    }
};

template <class T> using Void = std::void_t<T>;
template <class, template <class> class, class = void> struct Has : std::false_type {};
template <class T, template <class> class Part> struct Has<T, Part, Void<Part<T>>> : std::true_type {};
template <class T> using Key = typename T::key_type;
template <class T> using Mapped = typename T::mapped_type;
template <class T> using Item = typename T::value_type;
template <class T> using Size = decltype(std::tuple_size<T>::value);
template <class T> constexpr bool is_optional = false;
template <class T> constexpr bool is_optional<std::optional<T>> = true;
template <class T> constexpr bool is_integer = std::is_integral_v<T> || std::is_same_v<T, __int128>;
template <class T> constexpr bool is_text = std::is_convertible_v<T, std::string_view>;

inline string demangled(const std::type_info& type) {
    char* const name = abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr);
    const string text = name ? name : type.name();
    std::free(name);
    return text;
}

template <class T>
T read(Reader& from) {
    if constexpr (std::is_same_v<T, bool>) {
        if (from.take("true")) return true;
        if (from.take("false")) return false;
        throw from.misfit("bool");
    } else if constexpr (std::is_same_v<T, char>) {
        Reader start = from;
        if (from.next() != '"') throw start.misfit("char");
        const string text = from.text();
        if (text.size() != 1) throw start.misfit("char");
        return text[0];
    } else if constexpr (is_integer<T>) {
        using Limits = std::numeric_limits<T>;
        return T(from.whole(demangled(typeid(T)), Limits::min(), Limits::max()));
    } else if constexpr (std::is_floating_point_v<T>) {
        return from.real<T>(demangled(typeid(T)));
    } else if constexpr (std::is_same_v<T, string>) {
        return from.text();
    } else if constexpr (is_text<T>) {
        Reader start = from;
        string& text = *new string(from.text());
        if constexpr (std::is_convertible_v<string&, T>) return text;
        else if (text.find('\0') != string::npos) throw start.misfit("a string without NUL");
        else return text.data();
    } else if constexpr (is_optional<T>) {
        if (from.take("null")) return std::nullopt;
        return read<Item<T>>(from);
    } else if constexpr (Has<T, Size>::value) {
        T made{};
        Reader start = from;
        size_t count = 0;
        Reader(from).list([&](Reader& item) { ++count, item.skip(); });
        if (count != std::tuple_size_v<T>) throw start.misfit(std::to_string(std::tuple_size_v<T>) + " items");
        const bool tagged = from.tag("tuple");
        from.take("[");
        std::apply([&](auto&... part) { ((part = read<std::decay_t<decltype(part)>>(from)), ...); }, made);
        from.take("]");
        if (tagged) from.take("}");
        return made;
    } else {
        T made;
        if constexpr (Has<T, Mapped>::value) {
            from.dict([&](Reader& pair) {
                Key<T> key = read<Key<T>>(pair);
                made.emplace(std::move(key), read<Mapped<T>>(pair));
            });
        } else if constexpr (Has<T, Key>::value) {
            from.set([&](Reader& item) { made.insert(read<Key<T>>(item)); });
        } else {
            from.list([&](Reader& item) { made.push_back(read<Item<T>>(item)); });
        }
        return made;
    }
}

inline bool is_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const unsigned char first = text[i++];
        if (first < 0x80) continue;
        const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        if (first < 0xC2 || first > 0xF4 || text.size() - i < size_t(more)) return false;
        const unsigned char second = text[i];
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return false;
        if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return false;
        for (int k = 0; k < more; ++k)
            if ((text[i++] & 0xC0) != 0x80) return false;
    }
    return true;
}

inline void write_text(std::string_view text, string& to) {
    static const char* const digits = "0123456789abcdef";
    if (!is_utf8(text)) {
        to += "{\"$opaque\":\"string that is no UTF-8\"}";
        return;
    }
    to += '"';
    for (const char each : text) {
        if (each == '"' || each == '\\') to += '\\';
        if (each >= 0 && each < ' ') (to += each < 16 ? "\\u000" : "\\u001") += digits[each & 15];
        else to += each;
    }
    to += '"';
}

template <class T>
void write(const T& value, string& to);

template <class Items>
void write_list(const Items& items, string& to) {
    const char* separator = "[";
    for (const auto& item : items) {
        to += separator;
        write<Item<Items>>(item, to);
        separator = ",";
    }
    to += *separator == '[' ? "[]" : "]";
}

template <class T>
void write(const T& value, string& to) {
    if constexpr (std::is_same_v<T, bool>) {
        to += value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, char>) {
        write_text({&value, 1}, to);
    } else if constexpr (is_integer<T>) {
        char digits[64];
        to.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
    } else if constexpr (std::is_floating_point_v<T>) {
        char digits[64];
        const string text(digits, std::to_chars(digits, std::end(digits), double(value)).ptr);
        if (std::isnan(value)) to += "{\"$float\":\"nan\"}";
        else if (std::isinf(value)) to += "{\"$float\":\"" + text + "\"}";
        else to += text.find_first_of(".e") == string::npos ? text + ".0" : text;  // so it stays a float
    } else if constexpr (is_text<T>) {
        write_text(value, to);
    } else if constexpr (is_optional<T>) {
        if (value) write(*value, to);
        else to += "null";
    } else if constexpr (Has<T, Mapped>::value) {
        const char* separator = "[";
        to += "{\"$dict\":";
        for (const auto& [key, item] : value) {
            (to += separator) += '[';
            write(key, to);
            to += ',';
            write(item, to);
            to += ']';
            separator = ",";
        }
        to += *separator == '[' ? "[]}" : "]}";
    } else if constexpr (Has<T, Key>::value) {
        to += "{\"$set\":";
        write_list(value, to);
        to += '}';
    } else if constexpr (Has<T, Item>::value) {
        write_list(value, to);
    } else {
        to += "{\"$tuple\":[";
        std::apply([&](const auto&... part) { ((write(part, to), to += ','), ...); }, value);
        if (to.back() == ',') to.pop_back();
        to += "]}";
    }
}

// An argument that becomes what the function's parameter is; it lives as long as the process.
struct Argument {
    const Reader& start;
    int number;

    template <class T>
    operator T&() const {
        Reader from = start;
        try {
            return *new std::remove_const_t<T>(read<std::remove_const_t<T>>(from));
        } catch (const Misfit& misfit) {
            throw Misfit{"argument " + std::to_string(number) + ": " + misfit.message};
        }
    }
};

template <class Callee, size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return std::is_invocable_v<Callee, decltype(I, std::declval<const Argument&>())...>;
}

template <class Callee, size_t... I>
string called(Callee callee, const std::vector<Reader>& readers, std::index_sequence<I...>) {
    string text = "null";
    if constexpr (std::is_void_v<decltype(callee(Argument{readers[I], 0}...))>) {
        callee(Argument{readers[I], int(I + 1)}...);
    } else {
        const auto& returned = callee(Argument{readers[I], int(I + 1)}...);
        text.clear();
        write<std::decay_t<decltype(returned)>>(returned, text);
    }
    return text;
}

constexpr size_t MOST_ARGUMENTS = 12;

template <size_t Count, class Callee>
string called_with(Callee callee, const std::vector<Reader>& readers) {
    using Indices = std::make_index_sequence<Count>;
    if constexpr (takes<Callee>(Indices{}))
        if (readers.size() == Count) return called(callee, readers, Indices{});
    if constexpr (Count < MOST_ARGUMENTS)
        return called_with<Count + 1>(callee, readers);
    else
        throw Misfit{"the function does not take " + std::to_string(readers.size()) + " arguments"};
}

template <class Callee, size_t... Count>
constexpr bool takes_any(std::index_sequence<Count...>) {
    return (takes<Callee>(std::make_index_sequence<Count>{}) || ...);
}

inline void report(const string& text) {
    for (size_t done = 0; done < text.size();) {
        const long written = syscall(SYS_write, 3, text.data() + done, text.size() - done);  // not a write of the program's
        if (written <= 0) std::abort();
        done += written;
    }
}

inline int raised(const string& name, const string& message) {
    string text = "{\"raised\":[";
    write_text(name, text);
    text += ',';
    write_text(is_utf8(message) ? message.substr(0, 2000) : "", text);
    report(text + "]}");
    return 1;
}

template <class Callee>
int run(Callee callee) {
    static_assert(takes_any<Callee>(std::make_index_sequence<MOST_ARGUMENTS + 1>{}),
                  "the program has no public function of that name, or several with as many parameters");
    const string text{std::istreambuf_iterator<char>(std::cin), {}};
    try {
        Reader from(text.c_str());
        std::vector<Reader> arguments;
        from.take("[");
        from.list([&](Reader& item) { arguments.push_back(item), item.skip(); });
        if (!from.take("{}")) throw Misfit{"C++ has no arguments by name"};
        report("{\"returned\":" + called_with<0>(callee, arguments) + "}");
        return 0;
    } catch (const Misfit& misfit) {
        return raised("TypeError", misfit.message);
    } catch (const std::exception& error) {
        return raised(demangled(typeid(error)), error.what());
    } catch (...) {
        return raised(demangled(*abi::__cxa_current_exception_type()), "");
    }
}

}  // namespace harness
