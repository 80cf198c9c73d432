package io.repfold.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where a benchmark ran.
 *
 * @param cpu the processor's model, or its architecture where the system does not tell
 * @param cores processors that this process may use
 * @param os operating system and version
 * @param jvm Java virtual machine and version
 */
public record Machine(String cpu, int cores, String os, String jvm) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** This machine. */
  public static Machine current() {
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        property("os.name") + " " + property("os.version"),
        property("java.vm.name") + " " + property("java.vm.version"));
  }

  private static String cpuModel() {
    if (Files.isReadable(CPU_INFO)) {
      try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(property("os.arch"));
      } catch (IOException e) {
        return property("os.arch");
      }
    }
    return property("os.arch");
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
