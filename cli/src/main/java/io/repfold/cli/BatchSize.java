package io.repfold.cli;

import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.runtime.Engine;
import io.repfold.runtime.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many inputs one run of a benchmark takes.
 *
 * @param count the first dimension of every input; empty for what the model or --shape says
 */
record BatchSize(OptionalInt count) {
  /** One for each number, and one that changes nothing if there are none. */
  static List<BatchSize> of(List<Integer> counts) {
    for (int count : counts) {
      if (count < 1) {
        throw new UsageException("--batch must be at least 1, not " + count);
      }
    }
    return counts.isEmpty()
        ? List.of(new BatchSize(OptionalInt.empty()))
        : counts.stream().map(count -> new BatchSize(OptionalInt.of(count))).toList();
  }

  /** For a line of progress. */
  String text() {
    return count.isPresent() ? ", batch " + count.getAsInt() : "";
  }

  /**
   * The same shapes with this first dimension.
   *
   * @throws UsageException if a model fixes another
   */
  InputShapes applied(List<Engine> engines, InputShapes shapes) {
    if (count.isEmpty()) {
      return shapes;
    }
    Map<String, long[]> sizes = new LinkedHashMap<>();
    shapes.sizes().forEach((name, shape) -> sizes.put(name, shape.clone()));
    for (Engine engine : engines) {
      for (TensorInfo input : engine.inputs()) {
        long[] declared = input.shape();
        if (declared.length == 0 || (declared[0] >= 0 && declared[0] != count.getAsInt())) {
          throw new UsageException(
              "--batch %d: %s takes %s, so its batch cannot be chosen"
                  .formatted(count.getAsInt(), engine.name(), input));
        }
      }
    }
    sizes.values().forEach(shape -> shape[0] = count.getAsInt());
    return new InputShapes(sizes, shapes.chosen());
  }
}
