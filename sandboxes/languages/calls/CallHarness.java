// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.stream.Collectors;

class CallHarness {
    static final String CLASS_NAME = "{{class_name}}", FUNCTION = "{{function}}";
    // What a parameter of an interface's type gets: the first that is one.
    static final List<Class<?>> COLLECTIONS =
        List.of(ArrayList.class, LinkedHashSet.class, TreeSet.class, ArrayDeque.class);
    static final List<Class<?>> MAPS = List.of(LinkedHashMap.class, TreeMap.class);

    static class TypeError extends RuntimeException {
        TypeError(String message) {
            super(message);
        }
    }

    static class AttributeError extends RuntimeException {
        AttributeError(String message) {
            super(message);
        }
    }

    public static void main(String[] arguments) throws Exception {
        var input = new Reader(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        System.setIn(InputStream.nullInputStream());
        var text = new StringBuilder();
        try {
            var call = (List<?>) input.value();
            if (!((Map<?, ?>) call.get(1)).isEmpty()) throw new TypeError("Java has no arguments by name");
            var returned = called((List<?>) call.get(0));
            text.append("{\"returned\":");
            write(returned, text);
            report(text.append("}"));
        } catch (Throwable error) {
            var name = error instanceof OutOfMemoryError ? "MemoryError" : error.getClass().getSimpleName();
            text = new StringBuilder("{\"raised\":");
            write(List.of(name, shortened(String.valueOf(error.getMessage()), 2000)), text);
            report(text.append("}"));
            error.printStackTrace();
            System.exit(1);
        }
    }

    // Of the methods with that name, the first whose parameters the arguments fit.
    static Object called(List<?> arguments) throws Throwable {
        var methods = methods();
        TypeError misfit = null;
        for (var method : methods) {
            if (method.getParameterCount() != arguments.size()) continue;
            try {
                return invoked(method, converted(arguments, method.getGenericParameterTypes()));
            } catch (TypeError error) {
                misfit = error;
            }
        }
        if (misfit != null) throw misfit;
        var counts = methods.stream().map(each -> "" + each.getParameterCount()).collect(Collectors.joining(" or "));
        throw new TypeError(FUNCTION + " takes " + counts + " arguments, " + arguments.size() + " were given");
    }

    static Object[] converted(List<?> arguments, Type[] types) {
        var values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            try {
                values[i] = convert(arguments.get(i), types[i]);
            } catch (TypeError error) {
                throw new TypeError("argument " + (i + 1) + ": " + error.getMessage());
            }
        }
        return values;
    }

    static Object invoked(Method method, Object[] values) throws Throwable {
        Object receiver = null;
        try {
            if (!Modifier.isStatic(method.getModifiers())) {
                var constructor = method.getDeclaringClass().getDeclaredConstructor();
                constructor.setAccessible(true);
                receiver = constructor.newInstance();
            }
            method.setAccessible(true);
            return method.invoke(receiver, values);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    static List<Method> methods() throws Exception {
        var names = CLASS_NAME.isEmpty() ? classNames() : List.of(CLASS_NAME);
        for (var name : names) {
            var found = new ArrayList<Method>();
            for (var method : Class.forName(name).getDeclaredMethods())
                if (method.getName().equals(FUNCTION) && !method.isSynthetic() && isThere(method)) found.add(method);
            found.sort(Comparator.comparing(CallHarness::width).thenComparing(Method::toString));
            if (!found.isEmpty()) return found;
        }
        throw new AttributeError("no class of " + names + " has a method " + FUNCTION);
    }

    static boolean isThere(Method method) {
        return Modifier.isStatic(method.getModifiers())
            || !Modifier.isAbstract(method.getModifiers() | method.getDeclaringClass().getModifiers());
    }

    // Of overloads that an argument fits, the narrower type comes first, and Object last.
    static String width(Method method) {
        var order = List.of(boolean.class, char.class, byte.class, short.class, int.class, long.class,
            float.class, double.class);
        var widths = new StringBuilder();
        for (var type : method.getParameterTypes()) {
            int place = order.indexOf(type);
            widths.append((char) ('a' + (place >= 0 ? place : type == Object.class ? 20 : 10)));
        }
        return widths.toString();
    }

    // The candidate's classes, Main first.
    static List<String> classNames() throws IOException {
        var folder = Path.of("/program");
        try (var files = Files.walk(folder)) {
            return files.map(each -> folder.relativize(each).toString().replace('/', '.'))
                .filter(each -> each.endsWith(".class") && !each.contains("$") && !each.startsWith("CallHarness"))
                .map(each -> each.substring(0, each.length() - ".class".length()))
                .sorted(Comparator.comparing((String each) -> !each.equals("Main")).thenComparing(each -> each))
                .toList();
        }
    }

    static Object convert(Object value, Type type) {
        if (type instanceof GenericArrayType array) return array(value, array.getGenericComponentType());
        if (type instanceof ParameterizedType generic)
            return fitted(value, (Class<?>) generic.getRawType(), generic.getActualTypeArguments());
        return fitted(value, type instanceof Class<?> raw ? raw : Object.class);
    }

    static Object fitted(Object value, Class<?> raw, Type... parts) {
        if (raw == Optional.class) return Optional.ofNullable(convert(value, part(parts, 0)));
        if (value == null && !raw.isPrimitive()) return null;
        if (raw == boolean.class || raw == Boolean.class) return expect(value, Boolean.class, raw);
        if (raw == char.class || raw == Character.class) {
            if (value instanceof String text && text.length() == 1) return text.charAt(0);
            throw misfit(value, raw);
        }
        if (raw == double.class || raw == Double.class) return real(value, raw);
        if (raw == float.class || raw == Float.class) {
            double number = real(value, raw);
            if (Double.isFinite(number) && Math.abs(number) > Float.MAX_VALUE) throw misfit(value, raw);
            return (float) number;
        }
        if (raw == int.class || raw == Integer.class)
            return (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, raw);
        if (raw == long.class || raw == Long.class) return whole(value, Long.MIN_VALUE, Long.MAX_VALUE, raw);
        if (raw == short.class || raw == Short.class)
            return (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE, raw);
        if (raw == byte.class || raw == Byte.class) return (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE, raw);
        if (raw == BigInteger.class)
            return value instanceof Long number ? BigInteger.valueOf(number) : expect(value, BigInteger.class, raw);
        if (raw.isArray()) return array(value, raw.getComponentType());
        if (raw == Object.class || raw == Number.class)
            return value instanceof Long number && number == number.intValue() ? (Object) number.intValue() : value;
        if (value instanceof Collection<?> items && isMadeOf(items, raw)) {
            var made = make(raw, COLLECTIONS, Collection.class);
            for (var item : items) made.add(convert(item, part(parts, 0)));
            return made;
        }
        if (value instanceof Map<?, ?> items && Map.class.isAssignableFrom(raw)) {
            var made = make(raw, MAPS, Map.class);
            items.forEach((key, item) -> made.put(convert(key, part(parts, 0)), convert(item, part(parts, 1))));
            return made;
        }
        return expect(value, raw, raw);
    }

    static boolean isMadeOf(Collection<?> items, Class<?> raw) {
        if (raw == Collection.class || raw == Iterable.class) return true;
        return Collection.class.isAssignableFrom(raw) && items instanceof Set<?> == Set.class.isAssignableFrom(raw);
    }

    static Type part(Type[] parts, int index) {
        return index < parts.length ? parts[index] : Object.class;
    }

    @SuppressWarnings("unchecked")
    static <T> T make(Class<?> raw, List<Class<?>> known, Class<T> kind) {
        var made = known.stream().filter(raw::isAssignableFrom).findFirst().orElse((Class) raw);
        try {
            return (T) made.getConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new TypeError("a " + raw.getSimpleName() + " cannot be made");
        }
    }

    static Object array(Object value, Type component) {
        if (value == null) return null;
        var items = new ArrayList<Object>(expect(value, List.class, List.class));
        var raw = component;
        int dimensions = 0;
        while (raw instanceof GenericArrayType deeper) {
            raw = deeper.getGenericComponentType();
            dimensions++;
        }
        var base = raw instanceof ParameterizedType generic ? generic.getRawType() : raw;
        var kind = base instanceof Class<?> known ? known : Object.class;
        for (; dimensions > 0; dimensions--) kind = kind.arrayType();
        var made = Array.newInstance(kind, items.size());
        for (int i = 0; i < items.size(); i++) Array.set(made, i, convert(items.get(i), component));
        return made;
    }

    static long whole(Object value, long least, long most, Class<?> type) {
        if (value instanceof Long number && number >= least && number <= most) return number;
        throw misfit(value, type);
    }

    static double real(Object value, Class<?> type) {
        if (value instanceof Double number) return number;
        if (value instanceof Long number && number == (long) (double) number) return number;
        throw misfit(value, type);
    }

    static <T> T expect(Object value, Class<T> kind, Class<?> type) {
        if (kind.isInstance(value)) return kind.cast(value);
        throw misfit(value, type);
    }

    static TypeError misfit(Object value, Class<?> type) {
        return new TypeError("expected " + type.getSimpleName() + ", got " + shortened(String.valueOf(value), 80));
    }

    static String shortened(String text, int most) {
        return text.substring(0, Math.min(most, text.length()));
    }

    static void write(Object value, StringBuilder text) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer
            || value instanceof Short || value instanceof Byte) text.append(value);
        else if (value instanceof BigInteger number) writeTagged("$int", number.toString(16), text);
        else if (value instanceof Double || value instanceof Float) writeReal(((Number) value).doubleValue(), text);
        else if (value instanceof CharSequence || value instanceof Character) writeString(value.toString(), text);
        else if (value instanceof Optional<?> optional) write(optional.orElse(null), text);
        else if (value instanceof Map.Entry<?, ?> pair) writeList(Arrays.asList(pair.getKey(), pair.getValue()), text);
        else if (value instanceof Map<?, ?> map) writeTagged("$dict", new ArrayList<>(map.entrySet()), text);
        else if (value instanceof Set<?> set) writeTagged("$set", new ArrayList<>(set), text);
        else if (value instanceof Iterable<?> items) writeList(items, text);
        else if (value.getClass().isArray()) writeList(new ArrayItems(value), text);
        else writeTagged("$opaque", value.getClass().getSimpleName(), text);
    }

    static class ArrayItems extends AbstractList<Object> {
        final Object array;

        ArrayItems(Object array) {
            this.array = array;
        }

        @Override
        public Object get(int index) {
            return Array.get(array, index);
        }

        @Override
        public int size() {
            return Array.getLength(array);
        }
    }

    static void writeReal(double number, StringBuilder text) {
        if (Double.isFinite(number)) text.append(number);
        else writeTagged("$float", Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf", text);
    }

    static void writeTagged(String tag, Object form, StringBuilder text) {
        text.append("{\"").append(tag).append("\":");
        write(form, text);
        text.append("}");
    }

    static void writeList(Iterable<?> items, StringBuilder text) {
        var separator = "[";
        for (var item : items) {
            text.append(separator);
            write(item, text);
            separator = ",";
        }
        text.append(separator.equals("[") ? "[]" : "]");
    }

    static void writeString(String string, StringBuilder text) {
        text.append('"');
        for (char each : string.toCharArray()) {
            if (each >= ' ' && each < 127 && each != '"' && each != '\\') text.append(each);
            else text.append(String.format("\\u%04x", (int) each));
        }
        text.append('"');
    }

    static void report(StringBuilder text) throws Exception {
        var descriptor = new FileDescriptor();
        var number = FileDescriptor.class.getDeclaredField("fd");
        number.setAccessible(true);
        number.setInt(descriptor, 3);
        try (var result = new FileOutputStream(descriptor)) {
            result.write(text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    // Reads JSON: null, Boolean, Long, BigInteger, Double, String, List, Set, Map.
    static class Reader {
        static final String ESCAPED = "bfnrt\"\\/", MEANT = "\b\f\n\r\t\"\\/";
        final String text;
        int at = 0;

        Reader(String text) {
            this.text = text;
        }

        Object value() {
            switch (next()) {
                case '"': return string();
                case '[': return list();
                case '{': return object();
                case 't': at += 4; return true;
                case 'f': at += 5; return false;
                case 'n': at += 4; return null;
                default: return number();
            }
        }

        char next() {
            while (" \t\r\n,:".indexOf(text.charAt(at)) >= 0) at++;
            return text.charAt(at);
        }

        List<Object> list() {
            var items = new ArrayList<Object>();
            for (at++; next() != ']'; ) items.add(value());
            at++;
            return items;
        }

        Object object() {
            var items = new LinkedHashMap<Object, Object>();
            for (at++; next() != '}'; ) items.put(value(), value());
            at++;
            var tag = items.isEmpty() ? "" : (String) items.keySet().iterator().next();
            return tag.startsWith("$") ? tagged(tag, items.get(tag)) : items;
        }

        Object tagged(String tag, Object form) {
            switch (tag) {
                case "$tuple": return form;
                case "$set", "$frozenset": return new LinkedHashSet<Object>((List<?>) form);
                case "$int": 
                    var number = new BigInteger((String) form, 16);
                    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
                case "$float": return Double.valueOf(((String) form).replace("inf", "Infinity").replace("nan", "NaN"));
                case "$str":
                    var string = new StringBuilder();
                    for (var code : (List<?>) form) string.appendCodePoint(((Long) code).intValue());
                    return string.toString();
                case "$dict":
                    var items = new LinkedHashMap<Object, Object>();
                    for (var pair : (List<?>) form) items.put(((List<?>) pair).get(0), ((List<?>) pair).get(1));
                    return items;
                default: throw new TypeError("a value of kind " + tag + " has no form in Java");
            }
        }

        Object number() {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
            var number = text.substring(start, at);
            if (number.matches("-?\\d+")) return Long.valueOf(number);
            return Double.valueOf(number);
        }

        String string() {
            var string = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') string.append(text.charAt(at));
                else if (text.charAt(++at) != 'u') string.append(MEANT.charAt(ESCAPED.indexOf(text.charAt(at))));
                else {
                    string.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                    at += 4;
                }
            }
            at++;
            return string.toString();
        }
    }
}
