package io.repfold.cli;

import io.repfold.pipeline.files.StagedFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

/** Report files, in the format that their name's ending asks for. */
final class ReportFiles {
  private ReportFiles() {}

  /**
   * Refuses what cannot be written, before any work is done.
   *
   * @throws UsageException if the ending is unknown, or there is no such folder
   */
  static void check(Path file) {
    if (!isJson(file) && !isHtml(file)) {
      throw new UsageException(
          "--report %s: a report's name ends in .json or .html".formatted(file));
    }
    StagedFile.check(file);
  }

  static void write(Path file, Supplier<String> json, Supplier<String> page) {
    StagedFile.write(file, isJson(file) ? json.get() : page.get());
  }

  private static boolean isJson(Path file) {
    return name(file).endsWith(".json");
  }

  private static boolean isHtml(Path file) {
    return name(file).endsWith(".html") || name(file).endsWith(".htm");
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
  }
}
