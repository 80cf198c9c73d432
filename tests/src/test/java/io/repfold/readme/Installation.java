package io.repfold.readme;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The real launcher beside a {@code lib} folder with what these tests run on, so that it has
 * nothing to build.
 */
final class Installation implements AutoCloseable {
  /** What runs longer hangs; the slowest command trains a network for about a minute. */
  static final long HANG_MINUTES = 60;

  private final Path folder;

  private Installation(Path folder) {
    this.folder = folder;
  }

  /** The launcher, which may be started through links. */
  Path launcher() {
    return folder.resolve("repfold");
  }

  /** Deletes it. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A new one, in a folder with a space in its name. */
  static Installation make() throws IOException {
    Path target = Files.createDirectories(Readme.root().resolve("tests/target"));
    Path folder = Files.createTempDirectory(target, "repfold installed ");
    Path lib = Files.createDirectories(folder.resolve("lib"));
    int count = 0;
    for (String entry :
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
      if (entry.isEmpty()) {
        continue;
      }
      Path path = Path.of(entry);
      String name = "%03d-%s.jar".formatted(count++, path.getFileName());
      if (Files.isDirectory(path)) {
        jar(path, lib.resolve(name));
      } else if (Files.exists(path)) {
        Files.createSymbolicLink(lib.resolve(name), path);
      }
    }
    Installation made = new Installation(folder);
    Files.copy(Readme.root().resolve("repfold"), made.launcher());
    return made;
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(
            new JarEntry(classes.relativize(path).toString().replace(File.separatorChar, '/')));
        Files.copy(path, out);
        out.closeEntry();
      }
    }
  }

  /** What a process said and how it ended. */
  record Run(int exitCode, String output) {}

  /** Runs a line of shell with this Java. */
  static Run run(Path folder, String line) throws IOException, InterruptedException {
    return run(folder, System.getProperty("java.home"), List.of("bash", "-c", line));
  }

  static Run run(Path folder, String javaHome, List<String> command)
      throws IOException, InterruptedException {
    try (Launch launch = Launch.of(folder, Path.of(javaHome), command)) {
      return launch.end();
    }
  }
}
