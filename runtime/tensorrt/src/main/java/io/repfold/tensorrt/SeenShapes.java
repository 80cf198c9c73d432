package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The shapes that inputs of open size have had.
 *
 * @param ranges by input name
 */
record SeenShapes(Map<String, ShapeRange> ranges) {
  static final SeenShapes NONE = new SeenShapes(Map.of());

  /**
   * These and one more.
   *
   * @param inputs the names of the inputs that count
   * @param shapes by name
   */
  SeenShapes with(Collection<String> inputs, Map<String, long[]> shapes) {
    Map<String, ShapeRange> wider = new LinkedHashMap<>();
    for (String input : inputs) {
      long[] shape = Objects.requireNonNull(shapes.get(input), input);
      List<Long> opt = Arrays.stream(shape).boxed().toList();
      ShapeRange now = new ShapeRange(opt, opt, opt);
      ShapeRange before = ranges.getOrDefault(input, now);
      wider.put(input, before.min().size() == shape.length ? union(before, now) : now);
    }
    return new SeenShapes(wider);
  }

  /** From the smallest to the largest sizes of both, tuned for the second. */
  private static ShapeRange union(ShapeRange before, ShapeRange now) {
    List<Long> min = new ArrayList<>();
    List<Long> max = new ArrayList<>();
    for (int i = 0; i < now.opt().size(); i++) {
      min.add(Math.min(before.min().get(i), now.min().get(i)));
      max.add(Math.max(before.max().get(i), now.max().get(i)));
    }
    return new ShapeRange(min, now.opt(), max);
  }

  Profile profile() {
    return new Profile(ranges);
  }
}
