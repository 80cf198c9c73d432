package io.repfold.nets;

import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** The arguments that networks share. */
final class SharedArguments {
  /** Channels of a layer, or steps between its taps. */
  static final Bounds CHANNELS = Bounds.between(1, 65_536);

  /** The network whose features others read. */
  static final String BACKBONE = "backbone";

  private SharedArguments() {}

  /** {@code freeze_bn} and {@code freeze_backbone}. */
  static Network.Freezing freezing(NamedArguments arguments) {
    return new Network.Freezing(
        arguments.flag("freeze_bn", false), arguments.flag("freeze_backbone", false));
  }

  /** {@code dropout}: the share that is set to 0 in training. */
  static double dropout(NamedArguments arguments, double published) {
    return arguments.number("dropout", Bounds.below(0, 1)).orElse(published);
  }

  /** {@code output_stride}: pixels of the image to one of the features, along each axis. */
  static int outputStride(NamedArguments arguments, int published, List<Integer> possible) {
    int stride = arguments.integer("output_stride", Bounds.between(1, 32)).orElse(published);
    if (!possible.contains(stride)) {
      throw arguments.wrong("output_stride", "one of " + possible);
    }
    return stride;
  }

  /** A list whose numbers name the layers that they make, so that none is there twice. */
  static List<Integer> distinct(
      NamedArguments arguments, String name, Bounds bounds, List<Integer> published) {
    List<Integer> numbers = arguments.integers(name, bounds).orElse(published);
    if (new HashSet<>(numbers).size() < numbers.size()) {
      throw arguments.wrong(name, "a list of different numbers, as each names a branch");
    }
    return numbers;
  }

  /** {@code pretrained}: the path of a file; empty for false. */
  static Optional<String> pretrained(NamedArguments arguments) {
    Object value = arguments.value("pretrained");
    if (value == null || value.equals(false)) {
      return Optional.empty();
    }
    if (value instanceof String path && !path.isBlank()) {
      return Optional.of(path);
    }
    throw arguments.wrong(
        "pretrained", "the path of a local file of weights or false, as nothing is downloaded");
  }
}
