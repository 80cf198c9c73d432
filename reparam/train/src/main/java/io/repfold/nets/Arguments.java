package io.repfold.nets;

import io.repfold.blocks.RepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code arch.args} of a configuration. The keys that are asked for are the known ones. */
final class Arguments {
  private final String type;
  private final Map<String, Object> values;
  private final Set<String> known = new LinkedHashSet<>();

  Arguments(String type, Map<String, Object> values) {
    this.type = type;
    this.values = values;
  }

  boolean flag(String key, boolean fallback) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(key, "true or false", value);
  }

  /** A whole number of at least {@code least}. */
  int whole(String key, int fallback, int least) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    return asWhole(value, least)
        .orElseThrow(() -> wrong(key, "a whole number of at least " + least, value));
  }

  /** A list of whole numbers of at least {@code least}. */
  List<Integer> wholes(String key, List<Integer> fallback, int least) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(key, "a list of whole numbers of at least " + least, value);
    }
    return list.stream()
        .map(
            element ->
                asWhole(element, least)
                    .orElseThrow(
                        () -> wrong(key, "a list of whole numbers of at least " + least, value)))
        .toList();
  }

  private static Optional<Integer> asWhole(@Nullable Object value, int least) {
    return value instanceof Number number
            && number.doubleValue() == number.intValue()
            && number.intValue() >= least
        ? Optional.of(number.intValue())
        : Optional.empty();
  }

  /** A number from {@code least} to below {@code end}. */
  double fraction(String key, double fallback, double least, double end) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Number number
        && number.doubleValue() >= least
        && number.doubleValue() < end) {
      return number.doubleValue();
    }
    throw wrong(key, "a number from %s to below %s".formatted(least, end), value);
  }

  /** One of several words. */
  String choice(String key, String fallback, List<String> choices) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof String word)) {
      throw wrong(key, "one of " + String.join(", ", choices), value);
    }
    if (!choices.contains(word)) {
      throw Names.unknown(where(key), word, choices);
    }
    return word;
  }

  /**
   * {@code repconv}: a kind of Rep block; both {@code none} and {@code plain} are a convolution.
   */
  RepKind kind(RepKind fallback) {
    List<String> kinds = new ArrayList<>(List.of("none"));
    Arrays.stream(RepKind.values()).map(RepKind::id).forEach(kinds::add);
    String chosen = choice("repconv", fallback.id(), kinds);
    return chosen.equals("none") ? RepKind.PLAIN : RepKind.of(chosen);
  }

  /** {@code repconv} and {@code inner_relu}: what stands at the places of Rep blocks. */
  RepSite site(RepKind fallback) {
    RepKind kind = kind(fallback);
    boolean innerRelu = flag("inner_relu", false);
    if (innerRelu && kind != RepKind.REPVGG) {
      throw new IllegalArgumentException(
          "%s: only the block kind 'repvgg' was published with a ReLU inside, and repconv is '%s'; leave inner_relu out"
              .formatted(where("inner_relu"), kind.id()));
    }
    return new RepSite(kind, innerRelu);
  }

  /** {@code freeze_bn} and {@code freeze_backbone}. */
  Network.Freezing freezing() {
    return new Network.Freezing(flag("freeze_bn", false), flag("freeze_backbone", false));
  }

  /** The path of a file; empty for false. */
  Optional<String> file(String key) {
    Object value = read(key);
    if (value == null || value.equals(false)) {
      return Optional.empty();
    }
    if (value instanceof String path && !path.isBlank()) {
      return Optional.of(path);
    }
    throw wrong(key, "the path of a local ONNX file or false, as nothing is downloaded", value);
  }

  /** A value of any type; null if it is left out or null. */
  @Nullable Object read(String key) {
    known.add(key);
    return values.get(key);
  }

  IllegalArgumentException wrong(String key, String expected, Object found) {
    String written = found instanceof String ? "\"" + found + "\"" : String.valueOf(found);
    return new IllegalArgumentException(
        "%s: expected %s, got %s".formatted(where(key), expected, written));
  }

  /**
   * To be called after all keys were asked for.
   *
   * @throws IllegalArgumentException if there are others
   */
  void finish() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw Names.unknown("arch.args of " + type, key, known);
      }
    }
  }

  private String where(String key) {
    return "arch.args.%s of %s".formatted(key, type);
  }
}
