package io.repfold.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * NVIDIA's driver and GPUs, as Linux shows them.
 *
 * @param driver its version; empty if the kernel has none
 * @param models of the GPUs, such as {@code NVIDIA H100 80GB HBM3}
 */
record Graphics(Optional<String> driver, List<String> models) {
  private static final Path PROC = Path.of("/proc/driver/nvidia");
  private static final Pattern VERSION = Pattern.compile("\\b(\\d{3,}(?:\\.\\d+)+)\\b");
  private static final String MODEL = "Model:";

  Graphics {
    models = List.copyOf(models);
  }

  static Graphics ofThisMachine() {
    return read(PROC);
  }

  /**
   * Reads what the driver writes about itself.
   *
   * @param folder of the driver, {@code /proc/driver/nvidia} on Linux
   */
  static Graphics read(Path folder) {
    try {
      Path version = folder.resolve("version");
      if (!Files.isReadable(version)) {
        return new Graphics(Optional.empty(), List.of());
      }
      Matcher found = VERSION.matcher(Files.readString(version, StandardCharsets.ISO_8859_1));
      return new Graphics(
          Optional.of(found.find() ? found.group(1) : "unknown"), models(folder.resolve("gpus")));
    } catch (IOException e) {
      return new Graphics(Optional.empty(), List.of());
    }
  }

  private static List<String> models(Path gpus) throws IOException {
    List<String> models = new ArrayList<>();
    if (!Files.isDirectory(gpus)) {
      return models;
    }
    try (Stream<Path> folders = Files.list(gpus)) {
      for (Path gpu : folders.sorted().toList()) {
        Path information = gpu.resolve("information");
        if (Files.isReadable(information)) {
          Files.readString(information, StandardCharsets.ISO_8859_1)
              .lines()
              .filter(line -> line.startsWith(MODEL))
              .map(line -> line.substring(MODEL.length()).strip())
              .forEach(models::add);
        }
      }
    }
    return models;
  }

  @Override
  public String toString() {
    if (driver.isEmpty()) {
      return "no NVIDIA driver";
    }
    String gpus = models.isEmpty() ? "no GPU" : String.join(", ", models);
    return "%s; NVIDIA driver %s".formatted(gpus, driver.get());
  }
}
