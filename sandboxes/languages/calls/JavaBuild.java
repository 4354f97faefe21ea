// Compiles the files that it is given, as judges do: a public class may have another name than its file, and the
// program starts in whichever class has a `main`.
//   --imports   what LeetCode imports for a program is imported
//   --main      `main.args` names the class that the launcher is to start
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

class JavaBuild {
    static final String IMPORTS =
        "import java.util.*; import java.util.function.*; import java.util.stream.*; import java.math.*; ";
    static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-parameters", "-d", ".");

    public static void main(String[] arguments) throws IOException {
        var words = new ArrayList<>(List.of(arguments));
        var imports = words.remove("--imports") ? IMPORTS : "";
        var startsAlone = words.remove("--main");
        var sources = new ArrayList<Source>();
        for (var name : words) sources.add(new Source(name, imports));
        var task = ToolProvider.getSystemJavaCompiler().getTask(null, null, null, OPTIONS, null, sources);
        if (!task.call() || (startsAlone && !nameMain(sources.get(0).text))) System.exit(1);
    }

    // Main, or else a public class, or else the first in the text.
    static boolean nameMain(String text) throws IOException {
        var loader = new URLClassLoader(new URL[] {new File(".").toURI().toURL()});
        try (var files = Files.walk(Path.of("."))) {
            var first = files.map(file -> file.toString().replaceAll("^\\./", ""))
                .filter(file -> file.endsWith(".class"))
                .map(file -> file.replaceAll("\\.class$", "").replace('/', '.'))
                .filter(name -> isMain(loader, name))
                .min(Comparator.comparing((String name) -> !simple(name).equals("Main"))
                    .thenComparing(name -> !text.contains("public class " + simple(name)))
                    .thenComparing(name -> text.indexOf("class " + simple(name))));
            if (first.isEmpty()) {
                System.err.println("no class has a method public static void main(String[])");
                return false;
            }
            Files.writeString(Path.of("main.args"), "-cp /program \"" + first.get() + "\"\n");
            return true;
        }
    }

    static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    static boolean isMain(ClassLoader loader, String name) {
        try {
            var main = Class.forName(name, false, loader).getMethod("main", String[].class);
            return Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class;
        } catch (ReflectiveOperationException | LinkageError none) {
            return false;
        }
    }

    static class Source extends SimpleJavaFileObject {
        final String text;

        Source(String name, String imports) throws IOException {
            super(Path.of(name).toUri(), Kind.SOURCE);
            var written = Files.readString(Path.of(name));
            text = written.lines().anyMatch(each -> each.startsWith("package ")) ? written : imports + written;
        }

        @Override
        public boolean isNameCompatible(String simpleName, JavaFileObject.Kind kind) {
            return true;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
