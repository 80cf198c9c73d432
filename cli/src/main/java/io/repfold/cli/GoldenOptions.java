package io.repfold.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Golden outputs: recorded from a model, or in the place of one. */
final class GoldenOptions {
  private static final String RECORD = "--record";
  private static final String REPLAY = "--replay";

  private static final List<String> NOT_RECORDED =
      List.of(
          "--engine",
          "--layers",
          "--excuse",
          "--junit-xml",
          "--threshold",
          "--allow",
          "--bisect",
          "--segmentation",
          "--report",
          "--annotations");

  private static final List<String> NOT_REPLAYED =
      List.of(
          "--input",
          "--shape",
          "--samples",
          "--seed",
          "--budget",
          "--reference-engine",
          "--layers",
          "--excuse",
          "--segmentation",
          "--bisect");

  @Option(
      names = RECORD,
      paramLabel = "FOLDER",
      description =
          "Write the inputs and what the one model gives for them into a folder, instead of"
              + " comparing; with --reference-engine, what it gives there. Golden outputs that are there"
              + " are replaced. All further sizes and values are run, unless --budget is given.")
  private @Nullable Path record;

  @Option(
      names = REPLAY,
      paramLabel = "FOLDER",
      description =
          "Compare the one model with the outputs in a folder that --record wrote, or a program of"
              + " yours: docs/verification.md shows one in Python.")
  private @Nullable Path replay;

  Optional<Path> record() {
    return Optional.ofNullable(record);
  }

  Optional<Path> replay() {
    return Optional.ofNullable(replay);
  }

  boolean isGiven() {
    return record != null || replay != null;
  }

  /**
   * Refuses what golden outputs leave no room for.
   *
   * @param models how many were named
   * @throws UsageException if options or models contradict each other
   */
  void check(CommandSpec command, int models) {
    if (record != null && replay != null) {
      throw new UsageException(RECORD + " and " + REPLAY + " exclude each other; take one of them");
    }
    if (models == 0) {
      throw new UsageException("Missing required parameter: 'REFERENCE'");
    }
    if (!isGiven() && models < 2) {
      throw new UsageException(
          "Missing required parameter: 'CANDIDATE'; only with %s or %s one model is enough"
              .formatted(RECORD, REPLAY));
    }
    if (record != null) {
      require(models == 1, RECORD, "second model");
      refuse(command, RECORD, NOT_RECORDED);
    }
    if (replay != null) {
      require(models == 1, REPLAY, "second model");
      refuse(command, REPLAY, NOT_REPLAYED);
    }
  }

  private static void refuse(CommandSpec command, String option, List<String> others) {
    for (String other : others) {
      boolean given = command.commandLine().getParseResult().hasMatchedOption(other);
      require(!given, option, other);
    }
  }

  private static void require(boolean fits, String option, String other) {
    if (!fits) {
      throw new UsageException(
          "%s takes no %s: %s"
              .formatted(
                  option,
                  other,
                  option.equals(RECORD)
                      ? "it runs one model and compares nothing; leave it out"
                      : "the folder has the inputs and what is expected; leave it out"));
    }
  }
}
