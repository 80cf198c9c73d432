package io.repfold.cli;

import io.repfold.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A configuration file and single values on top of it. */
final class ConfigOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration, JSON with comments.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set one value of the configuration, such as trainer.epochs=3; the value is JSON or else"
              + " a text. Repeatable.")
  private final List<String> overrides = new ArrayList<>();

  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  boolean overrides() {
    return !overrides.isEmpty();
  }

  /**
   * Reads a file with these values and then {@code more} on top.
   *
   * @throws io.repfold.train.ConfigException if it is not valid
   */
  TrainConfig read(Path config, List<String> more) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(more);
    return TrainConfig.read(config, all);
  }
}
