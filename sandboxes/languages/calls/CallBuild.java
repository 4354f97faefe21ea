// Compiles the candidate and the harness as LeetCode does: a public class may have another name than its file,
// and a class whose method is called need not import what LeetCode imports for it.
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

class CallBuild {
    static final String IMPORTS = "{{class_name}}".isEmpty() ? ""
        : "import java.util.*; import java.util.function.*; import java.util.stream.*; import java.math.*; ";
    static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-parameters", "-d", ".");

    public static void main(String[] arguments) {
        var sources = List.of(new Source("Main.java"), new Source("CallHarness.java"));
        var compiler = ToolProvider.getSystemJavaCompiler();
        System.exit(compiler.getTask(null, null, null, OPTIONS, null, sources).call() ? 0 : 1);
    }

    static class Source extends SimpleJavaFileObject {
        Source(String name) {
            super(Path.of(name).toUri(), Kind.SOURCE);
        }

        @Override
        public boolean isNameCompatible(String simpleName, JavaFileObject.Kind kind) {
            return true;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
            var text = Files.readString(Path.of(uri));
            return text.lines().anyMatch(each -> each.startsWith("package ")) ? text : IMPORTS + text;
        }
    }
}
