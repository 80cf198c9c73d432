package io.repfold.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The memory of this process over time, each time after a collection of garbage. */
final class MemoryTrace {
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * One look.
   *
   * @param seconds since the start
   * @param resident megabytes of the process in memory
   * @param heap megabytes that objects take
   */
  record Sample(double seconds, double resident, double heap) {}

  private final long start = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();

  static boolean isAvailable() {
    return Files.isReadable(STATUS);
  }

  void sample() throws IOException {
    System.gc();
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    samples.add(new Sample((System.nanoTime() - start) / 1e9, resident(), heap));
  }

  private static double resident() throws IOException {
    for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1e3;
      }
    }
    throw new IOException(STATUS + " does not tell VmRSS");
  }

  /** The median of a third of the time: 0, 1 or 2. */
  Sample third(int index) {
    int size = samples.size() / 3;
    List<Sample> part = samples.subList(index * size, (index + 1) * size);
    return new Sample(
        part.get(0).seconds(),
        part.stream().mapToDouble(Sample::resident).sorted().toArray()[size / 2],
        part.stream().mapToDouble(Sample::heap).sorted().toArray()[size / 2]);
  }

  String csv() {
    StringBuilder text = new StringBuilder("seconds,resident_mb,heap_mb\n");
    for (Sample s : samples) {
      text.append(
          String.format(Locale.ROOT, "%.1f,%.1f,%.1f%n", s.seconds(), s.resident(), s.heap()));
    }
    return text.toString();
  }
}
