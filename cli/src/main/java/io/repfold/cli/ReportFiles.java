package io.repfold.cli;

import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.fold.FoldOutcome;
import java.nio.file.Path;
import java.util.Locale;

/** Report files, in the format that their name's ending asks for. */
final class FoldReports {
  private FoldReports() {}

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

  static void write(Path file, FoldOutcome outcome) {
    StagedFile.write(file, isJson(file) ? outcome.document() : FoldPage.of(outcome));
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
