package io.repfold.pipeline.inputs;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Inputs that reach where a standard normal one of an even size does not: faults live at batch 2,
 * at odd sizes, beyond 256 pixels, at borders of small images, and where values are clipped.
 */
final class Sweep {
  private static final List<long[]> ODD =
      List.of(new long[] {67, 93}, new long[] {65, 97}, new long[] {63, 95}, new long[] {33, 65});
  private static final List<long[]> SMALL =
      List.of(new long[] {9, 7}, new long[] {16, 24}, new long[] {32, 32});
  private static final List<long[]> LARGE =
      List.of(
          new long[] {300, 260},
          new long[] {288, 320},
          new long[] {320, 320},
          new long[] {384, 384},
          new long[] {512, 512});

  private static final double BYTE = 255;

  /** Two roundings of 1 in float32. */
  private static final double LAST_BITS = 0x1p-22;

  private final Engine engine;
  private final Map<String, long[]> given;
  private final InputShapes found;
  private final long seed;

  private Sweep(Engine engine, Map<String, long[]> given, InputShapes found, long seed) {
    this.engine = engine;
    this.given = given;
    this.found = found;
    this.seed = seed;
  }

  /**
   * @param given shapes that the caller gave, which stay
   * @param found all shapes
   * @param seed of the sizes' random inputs
   */
  static List<Wish> of(Engine engine, Map<String, long[]> given, InputShapes found, long seed) {
    Sweep sweep = new Sweep(engine, given, found, seed);
    List<Wish> wishes = new ArrayList<>();
    if (found.chosen()) {
      sweep.sizes("batch 2", sweep.batches(), wishes);
      sweep.sizes("an odd size", sweep.at(ODD), wishes);
      sweep.sizes("a small size", sweep.at(SMALL), wishes);
    }
    boolean real = engine.inputs().stream().anyMatch(input -> input.type().isFloating());
    boolean bytes = engine.inputs().stream().anyMatch(Sweep::isImageOfBytes);
    if (real || bytes) {
      sweep.values("values 255 times as large", value -> BYTE * value, wishes);
      wishes.add(sweep.alike("all zeros", input -> mapped(input, value -> 0)));
      wishes.add(sweep.alike("all ones", input -> mapped(input, value -> 1)));
      wishes.add(sweep.alike("one hot pixel", Sweep::hot));
    }
    if (real) {
      sweep.values("values 10 times as large", value -> 10 * value, wishes);
      sweep.values("values a tenth as large", value -> value / 10, wishes);
    }
    if (found.chosen()) {
      sweep.sizes("a size above 256", sweep.at(LARGE), wishes);
    }
    return wishes;
  }

  private static boolean isImageOfBytes(TensorInfo input) {
    return input.type() == ElementType.UINT8 && input.dimensions().size() >= 3;
  }

  private List<Map<String, long[]>> at(List<long[]> sides) {
    return sides.stream().map(pair -> InputShapes.complete(engine, given, pair)).toList();
  }

  /** Two items of each open batch; none if a batch is not open, as batches belong together. */
  private List<Map<String, long[]>> batches() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (TensorInfo input : engine.inputs()) {
      long[] shape = found.sizes().getOrDefault(input.name(), new long[0]).clone();
      long[] declared = input.shape();
      if (declared.length > 0 && declared[0] < 0 && !given.containsKey(input.name())) {
        shape[0] = 2;
      }
      shapes.put(input.name(), shape);
    }
    return List.of(shapes);
  }

  private void sizes(String name, List<Map<String, long[]>> all, List<Wish> wishes) {
    List<Wish.Way> ways = new ArrayList<>();
    for (Map<String, long[]> shapes : all) {
      if (isNew(shapes)) {
        ways.add(
            new Wish.Way(
                new InputShapes(shapes, true).text(),
                elements(shapes),
                () -> InputShapes.random(engine, seed, shapes)));
      }
    }
    if (!ways.isEmpty()) {
      wishes.add(new Wish(name, ways));
    }
  }

  private boolean isNew(Map<String, long[]> shapes) {
    return shapes.entrySet().stream()
        .anyMatch(e -> !Arrays.equals(e.getValue(), found.sizes().get(e.getKey())));
  }

  private static long elements(Map<String, long[]> shapes) {
    return shapes.values().stream()
        .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
        .sum();
  }

  private void values(String name, DoubleUnaryOperator value, List<Wish> wishes) {
    wishes.add(new Wish(name, List.of(way(name, input -> mapped(input, value)))));
  }

  /** Values most of which are the same, and beside them some that differ in their last bits. */
  private Wish alike(String name, Function<HostTensor, double[]> values) {
    Wish.Way way = way(name, values);
    Wish.Way beside = way(name, input -> jittered(input, values));
    return new Wish(
        name,
        List.of(new Wish.Way(name, way.elements(), way.inputs(), Optional.of(beside.inputs()))));
  }

  private double[] jittered(HostTensor input, Function<HostTensor, double[]> values) {
    double[] jittered = values.apply(input);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; input.type().isFloating() && i < jittered.length; i++) {
      jittered[i] += LAST_BITS * (2 * random.nextDouble() - 1);
    }
    return jittered;
  }

  private Wish.Way way(String name, Function<HostTensor, double[]> change) {
    return new Wish.Way(
        name,
        elements(found.sizes()),
        () -> {
          Map<String, HostTensor> changed = new LinkedHashMap<>();
          InputShapes.random(engine, seed, found.sizes())
              .forEach((input, tensor) -> changed.put(input, changed(tensor, change)));
          return changed;
        });
  }

  /** Indices, masks and the like stay what they are. */
  private static HostTensor changed(HostTensor tensor, Function<HostTensor, double[]> change) {
    boolean bytes = tensor.type() == ElementType.UINT8 && tensor.rank() >= 3;
    return tensor.type().isFloating() || bytes
        ? HostTensor.of(tensor.type(), change.apply(tensor), tensor.shape())
        : tensor;
  }

  private static double[] mapped(HostTensor input, DoubleUnaryOperator value) {
    double[] values = input.toDoubles();
    for (int i = 0; i < values.length; i++) {
      double mapped = value.applyAsDouble(values[i]);
      values[i] = input.type().isFloating() ? mapped : Math.rint(Math.min(BYTE, mapped));
    }
    return values;
  }

  /** One pixel in the middle is 1, in all channels, and all else is 0. */
  private static double[] hot(HostTensor input) {
    long[] shape = input.shape();
    double[] values = new double[input.size()];
    int pixels = 1;
    for (int axis = 2; axis < shape.length; axis++) {
      pixels *= (int) shape[axis];
    }
    for (int start = 0; start < values.length; start += Math.max(1, pixels)) {
      int width = shape.length > 3 ? (int) shape[shape.length - 1] : 1;
      int middle = shape.length > 3 ? pixels / width / 2 * width + width / 2 : pixels / 2;
      values[start + middle] = input.type().isFloating() ? 1 : BYTE;
    }
    return values;
  }
}
