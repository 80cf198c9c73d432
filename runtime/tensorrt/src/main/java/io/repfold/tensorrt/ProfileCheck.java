package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether profiles fit the inputs of a model. */
final class ProfileCheck {
  private ProfileCheck() {}

  /**
   * All that does not fit.
   *
   * @param inputs the shapes by name, -1 for a size that is open
   * @param ofValues names of those that shapes are computed from
   */
  static List<String> problems(
      Map<String, List<Long>> inputs, Set<String> ofValues, List<Profile> profiles) {
    List<String> problems = new ArrayList<>();
    for (String name : ofValues) {
      boolean everywhere =
          !profiles.isEmpty()
              && profiles.stream()
                  .map(profile -> profile.inputs().get(name))
                  .allMatch(range -> range != null && range.values());
      if (!everywhere) {
        problems.add(
            "shapes are computed from the values of input '%s': give %s of them, as in --profile %s=@1,3,64,64:1,3,512,512:8,3,1024,1024"
                .formatted(name, profiles.isEmpty() ? "a range" : "every profile a range", name));
      }
    }
    inputs.forEach(
        (name, shape) -> {
          boolean everywhere =
              !profiles.isEmpty() && profiles.stream().allMatch(p -> p.inputs().containsKey(name));
          if (shape.stream().anyMatch(size -> size < 0) && !everywhere) {
            problems.add(
                "input '%s' has the shape %s, with -1 for what is open: give %s for it, as in --profile %s=1x3x64x64:1x3x512x512:8x3x1024x1024"
                    .formatted(
                        name,
                        shape,
                        profiles.isEmpty() ? "a profile" : "every profile a range",
                        name));
          }
        });
    profiles.forEach(profile -> profile.inputs().forEach((n, r) -> check(n, r, inputs, problems)));
    return problems;
  }

  private static void check(
      String name, ShapeRange range, Map<String, List<Long>> inputs, List<String> problems) {
    List<Long> shape = inputs.get(name);
    if (shape == null) {
      problems.add("there is no input '%s'; the inputs are %s".formatted(name, inputs.keySet()));
      return;
    }
    if (range.values()) {
      checkValues(name, range, shape, problems);
      return;
    }
    boolean fits = shape.size() == range.min().size();
    for (int i = 0; fits && i < shape.size(); i++) {
      long size = shape.get(i);
      fits = size < 0 || (range.min().get(i) == size && range.max().get(i) == size);
    }
    if (!fits) {
      problems.add(
          "input '%s' has the shape %s, with -1 for what is open, which the profile %s contradicts"
              .formatted(name, shape, range));
    }
  }

  private static void checkValues(
      String name, ShapeRange range, List<Long> shape, List<String> problems) {
    long count = shape.stream().reduce(1L, (a, b) -> a * b);
    if (shape.size() > 1 || count != range.min().size()) {
      problems.add(
          "input '%s' has the shape %s, and the profile %s gives it %d values"
              .formatted(name, shape, range, range.min().size()));
    }
  }
}
