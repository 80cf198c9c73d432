package io.repfold.cli;

import io.repfold.runtime.Backend;
import io.repfold.runtime.EngineOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --device}, for the commands that run models. */
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "N",
      description = "Which GPU, counted from 0, of engines that run on one (default: 0).")
  private @Nullable Integer device;

  /**
   * The same options on that GPU.
   *
   * @param backends where models will run
   * @throws UsageException if it is no number of a GPU, or none of these runs on one
   */
  EngineOptions of(EngineOptions options, List<Backend> backends) {
    if (device == null) {
      return options;
    }
    if (device < 0) {
      throw new UsageException("--device: GPUs are counted from 0; there is no " + device);
    }
    if (backends.stream().allMatch(EngineChoice::isOnProcessor)) {
      throw new UsageException(
          "--device %d names a GPU, and %s runs on none; name an engine that does with --engine"
              .formatted(device, backends.get(0).id()));
    }
    return options.withDevice(device);
  }
}
