// SPDX-License-Identifier: MIT
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/** Ends in the way that its first argument names. */
public final class Ways {
    private static int child(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static void state() throws Exception {
        new TreeMap<>(System.getenv()).forEach((name, value) -> {
            if (!name.equals("LD_PRELOAD")) System.out.println(name + " " + value);
        });
        long pid = ProcessHandle.current().pid();
        Path proc = Path.of("/proc/" + pid);
        Path children = proc.resolve("task/" + pid + "/children");
        System.out.println("children " + Files.readString(children));
        // The virtual machine's own files, of which there is a varying number.
        try (var fds = Files.list(proc.resolve("fd"))) {
            for (Path fd : (Iterable<Path>) fds.sorted()::iterator) {
                try {
                    if (Files.readSymbolicLink(fd).equals(Path.of("/dev/null")))
                        System.out.println(fd.getFileName());
                } catch (java.io.IOException gone) {
                    continue;
                }
            }
        }
        Files.lines(proc.resolve("status")).filter(s -> s.matches("Sig[BIC].*"))
            .forEach(System.out::println);
    }

    public static void main(String[] args) throws Exception {
        String java = System.getProperty("java.home") + "/bin/java";
        long pid = ProcessHandle.current().pid();

        switch (args[0]) {
            case "state" -> state();
            case "exit" -> System.exit(Integer.parseInt(args[1]));
            case "halt" -> Runtime.getRuntime().halt(3);
            case "throw" -> throw new IllegalStateException("last words");
            case "hook" -> {
                Runtime.getRuntime().addShutdownHook(
                    new Thread(() -> System.out.println("hook")));
                new Thread(() -> System.exit(4)).start();
                Thread.sleep(60000);
            }
            case "child" -> {
                System.out.println(child("sh", "-c", "exit 5"));
                System.out.println(child(java, "-version"));
                try {
                    child("no-such-program");
                } catch (java.io.IOException missing) {
                    System.out.println("missing");
                }
                System.exit(2);
            }
            case "terminate" -> {
                Runtime.getRuntime().addShutdownHook(
                    new Thread(() -> System.out.println("hook")));
                child("kill", "-TERM", Long.toString(pid));
                Thread.sleep(60000);
            }
            case "kill" -> {
                child("kill", "-KILL", Long.toString(pid));
                Thread.sleep(60000);
            }
            default -> System.exit(99);
        }
    }
}
