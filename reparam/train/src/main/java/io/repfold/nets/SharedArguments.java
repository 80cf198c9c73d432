package io.repfold.nets;

import io.repfold.blocks.RepKind;
import io.repfold.config.Bounds;
import io.repfold.config.NamedArguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The arguments that networks share. */
final class SharedArguments {
  /** Channels of a layer, or steps between its taps. */
  static final Bounds CHANNELS = Bounds.between(1, 65_536);

  private SharedArguments() {}

  /**
   * {@code repconv}: a kind of Rep block; both {@code none} and {@code plain} are a convolution.
   */
  static RepKind kind(NamedArguments arguments, RepKind fallback) {
    List<String> kinds = new ArrayList<>(List.of("none"));
    Arrays.stream(RepKind.values()).map(RepKind::id).forEach(kinds::add);
    String chosen = arguments.choice("repconv", fallback.id(), kinds);
    return chosen.equals("none") ? RepKind.PLAIN : RepKind.of(chosen);
  }

  /** {@code repconv} and {@code inner_relu}: what stands at the places of Rep blocks. */
  static RepSite site(NamedArguments arguments, RepKind fallback) {
    RepKind kind = kind(arguments, fallback);
    boolean innerRelu = arguments.flag("inner_relu", false);
    if (innerRelu && kind != RepKind.REPVGG) {
      throw arguments.wrong(
          "inner_relu",
          "left out where repconv is '%s': only the block kind 'repvgg' was published with a ReLU inside"
              .formatted(kind.id()));
    }
    return new RepSite(kind, innerRelu);
  }

  /** {@code freeze_bn} and {@code freeze_backbone}. */
  static Network.Freezing freezing(NamedArguments arguments) {
    return new Network.Freezing(
        arguments.flag("freeze_bn", false), arguments.flag("freeze_backbone", false));
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
        "pretrained", "the path of a local ONNX file or false, as nothing is downloaded");
  }
}
