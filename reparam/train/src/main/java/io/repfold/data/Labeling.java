package io.repfold.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What the labels of a data set mean.
 *
 * @param classNames one for each class
 * @param ignoreIndex label that is not counted
 * @param map label in the file to class; empty: they are the same
 */
record Labeling(List<String> classNames, int ignoreIndex, Map<Integer, Integer> map) {
  private static final int USUAL_IGNORED = 255;

  Labeling {
    int classes = classNames.size();
    for (var entry : map.entrySet()) {
      if (entry.getValue() >= classes && entry.getValue() != ignoreIndex) {
        throw new DataException(
            "label_map takes %d to %d, but there are %d classes and ignore_index is %d",
            entry.getKey(), entry.getValue(), classes, ignoreIndex);
      }
    }
  }

  static Labeling of(List<String> names, LoaderArguments arguments, boolean classified) {
    boolean usual = !classified && names.size() <= USUAL_IGNORED;
    int ignored = arguments.ignoreIndex().orElse(usual ? USUAL_IGNORED : LabelMap.LARGEST);
    return new Labeling(names, ignored, arguments.labelMap());
  }

  static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj("class %d"::formatted).toList();
  }

  LabelMap apply(LabelMap stored) {
    if (map.isEmpty()) {
      return stored;
    }
    short[] values = new short[stored.values().length];
    short[] table = new short[LabelMap.LARGEST + 1];
    Arrays.fill(table, (short) ignoreIndex);
    map.forEach((from, to) -> table[from] = to.shortValue());
    for (int i = 0; i < values.length; i++) {
      values[i] = table[stored.values()[i] & LabelMap.LARGEST];
    }
    return new LabelMap(stored.height(), stored.width(), values);
  }

  /** Refuses what is neither a class nor the ignored label as that of pixels outside an image. */
  void requirePadding(int label) {
    if (label >= classNames.size() && label != ignoreIndex) {
      throw new DataException(
          "loader arguments: 'pad_label' must be a class (0 to %d) or the ignored label %d, found"
              + " %d; without it, the ignored label is taken",
          classNames.size() - 1, ignoreIndex, label);
    }
  }

  /** The first label that is neither a class nor the ignored one. */
  OptionalInt firstStray(LabelMap labels) {
    for (short value : labels.values()) {
      int label = value & LabelMap.LARGEST;
      if (label >= classNames.size() && label != ignoreIndex) {
        return OptionalInt.of(label);
      }
    }
    return OptionalInt.empty();
  }
}
