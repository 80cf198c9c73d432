package io.repfold.nets;

import io.repfold.blocks.RepKind;
import io.repfold.config.NamePatterns;
import io.repfold.config.NamedArguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which convolutions of a network are Rep blocks, as {@code repconv} says.
 *
 * <p>That is a kind, for the network's own places; or {@code {"kind": "dbb", "where": "aspp.*"}},
 * for the convolutions of more than one tap whose names fit, whatever the network's own places are.
 */
final class RepSites {
  private static final String KEY = "repconv";

  private final RepKind kind;
  private final boolean innerRelu;
  private final boolean normalized;
  private final Optional<NamePatterns> where;
  private final List<String> seen = new ArrayList<>();

  private RepSites(
      RepKind kind, boolean innerRelu, boolean normalized, Optional<NamePatterns> where) {
    this.kind = kind;
    this.innerRelu = innerRelu;
    this.normalized = normalized;
    this.where = where;
  }

  /** Reads {@code repconv}, {@code inner_relu} and {@code rep_norm}. */
  static RepSites read(NamedArguments arguments, RepKind fallback) {
    RepKind kind = fallback;
    Optional<NamePatterns> where = Optional.empty();
    if (arguments.value(KEY) instanceof Map<?, ?> object) {
      NamedArguments inner = arguments.inner(KEY, object);
      kind = kind(inner, "kind", fallback == RepKind.PLAIN ? RepKind.DBB : fallback);
      where = patterns(inner);
      inner.finish();
    } else {
      kind = kind(arguments, KEY, fallback);
    }
    boolean innerRelu = arguments.flag("inner_relu", false);
    if (innerRelu && kind != RepKind.REPVGG) {
      throw arguments.wrong(
          "inner_relu",
          "left out where repconv is '%s': only the block kind 'repvgg' was published with a ReLU inside"
              .formatted(kind.id()));
    }
    return new RepSites(kind, innerRelu, arguments.flag("rep_norm", true), where);
  }

  private static Optional<NamePatterns> patterns(NamedArguments inner) {
    if (inner.value("where") instanceof String one) {
      return Optional.of(new NamePatterns(List.of(one)));
    }
    return inner.texts("where").map(NamePatterns::new);
  }

  /** A kind of Rep block; both {@code none} and {@code plain} are a convolution. */
  private static RepKind kind(NamedArguments arguments, String key, RepKind fallback) {
    List<String> kinds = new ArrayList<>(List.of("none"));
    Arrays.stream(RepKind.values()).map(RepKind::id).forEach(kinds::add);
    String chosen = arguments.choice(key, fallback.id(), kinds);
    return chosen.equals("none") ? RepKind.PLAIN : RepKind.of(chosen);
  }

  /** What stands in the place of a convolution. */
  RepKind at(String name, Conv conv) {
    boolean copied = kind == RepKind.MOBILEONE && conv.copies().isPresent();
    if (conv.isPointwise() && !copied) {
      return RepKind.PLAIN;
    }
    seen.add(name);
    return where.map(names -> names.test(name)).orElse(conv.repSite()) ? kind : RepKind.PLAIN;
  }

  boolean hasInnerRelu() {
    return innerRelu;
  }

  /** Whether the batch normalization of the convolution that a block replaces stays behind it. */
  boolean areNormalized() {
    return normalized;
  }

  /**
   * @throws IllegalArgumentException if a pattern fits none of the network's convolutions
   */
  void finish(String network) {
    where.ifPresent(
        names ->
            names.requireAll(
                "arch.args of %s: repconv.where".formatted(network),
                "convolution of more than one tap",
                seen));
  }
}
