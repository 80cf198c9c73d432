package io.repfold.kit;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Seeded random inputs for a whole graph. */
public final class Inputs {
  /** An image that is not square and smaller than most kernels reach. */
  private static final Shape UNKNOWN = Shape.of(2, 4, 5, 4, 3);

  private Inputs() {}

  /**
   * For every input without a default: real numbers from {@code -magnitude} to {@code magnitude},
   * whole ones from 0 to 2. Sizes that are open are those of [2, 4, 5, 4, 3], and so is a shape of
   * which nothing is known, with four axes.
   */
  public static Map<String, NdArray> random(Graph graph, long seed, double magnitude) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, NdArray> inputs = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      if (!graph.isOverridable(input.name())) {
        inputs.put(input.name(), random(input, random, magnitude));
      }
    }
    return inputs;
  }

  private static NdArray random(Value input, SplittableRandom random, double magnitude) {
    ElementType type = input.type().orElse(ElementType.FLOAT);
    int[] dims = dims(input.shape().orElseGet(() -> new Shape(UNKNOWN.dims().subList(0, 4))));
    double[] data = new double[count(dims)];
    Arrays.setAll(
        data, i -> type.isFloat() ? random.nextDouble(-magnitude, magnitude) : random.nextInt(3));
    return new NdArray(type, dims, data);
  }

  private static int count(int... dims) {
    return Math.toIntExact(Tensor.count(Arrays.stream(dims).asLongStream().toArray()));
  }

  private static int[] dims(Shape shape) {
    int[] dims = new int[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      Dim dim = shape.dim(i) instanceof Dim.Known ? shape.dim(i) : UNKNOWN.dim(i);
      dims[i] = Math.toIntExact(((Dim.Known) dim).size());
    }
    return dims;
  }
}
