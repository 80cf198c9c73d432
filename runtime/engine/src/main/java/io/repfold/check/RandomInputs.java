package io.repfold.check;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Inputs drawn at random: standard normal numbers for floating types, 0 to 3 for integers, true or
 * false for bool. The same seed, name and shape give the same numbers on every machine.
 */
public final class RandomInputs {
  private static final int INTEGERS = 4;

  private RandomInputs() {}

  /**
   * One tensor for each input.
   *
   * @param shapes by input name, for inputs with dynamic dimensions; allowed for others when they
   *     agree
   * @throws IllegalArgumentException if a dynamic input has no shape, a shape contradicts the
   *     model, or a name is unknown
   */
  public static Map<String, HostTensor> of(
      List<TensorInfo> inputs, long seed, Map<String, long[]> shapes) {
    refuseUnknown(inputs, shapes);
    refuseMissing(inputs, shapes);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (TensorInfo input : inputs) {
      long[] shape = shapes.getOrDefault(input.name(), input.shape());
      if (!input.accepts(shape)) {
        throw new IllegalArgumentException(
            "Shape %s does not fit input %s".formatted(Arrays.toString(shape), input));
      }
      tensors.put(input.name(), draw(input.type(), shape, new Random(mix(seed, input.name()))));
    }
    return tensors;
  }

  /** Several independent sets of inputs; the first is {@link #of} with the same seed. */
  public static List<Map<String, HostTensor>> samples(
      List<TensorInfo> inputs, long seed, Map<String, long[]> shapes, int count) {
    List<Map<String, HostTensor>> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(of(inputs, seed + i, shapes));
    }
    return samples;
  }

  private static HostTensor draw(ElementType type, long[] shape, Random random) {
    HostTensor zeros = HostTensor.allocate(type, shape);
    double[] values = new double[zeros.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          type.isFloating()
              ? random.nextGaussian()
              : random.nextInt(type == ElementType.BOOL ? 2 : INTEGERS);
    }
    return HostTensor.of(type, values, shape);
  }

  /** Neighboring seeds and names must not give neighboring streams. */
  private static long mix(long seed, String name) {
    long bits = (seed + 1) * 0x9E3779B97F4A7C15L ^ (long) name.hashCode() << 32;
    bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    return bits ^ bits >>> 27;
  }

  private static void refuseUnknown(List<TensorInfo> inputs, Map<String, long[]> shapes) {
    TreeSet<String> unknown = new TreeSet<>(shapes.keySet());
    inputs.forEach(input -> unknown.remove(input.name()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "The model has no input %s; its inputs are %s"
              .formatted(quoted(unknown), quoted(inputs.stream().map(TensorInfo::name).toList())));
    }
  }

  private static void refuseMissing(List<TensorInfo> inputs, Map<String, long[]> shapes) {
    List<TensorInfo> missing =
        inputs.stream().filter(i -> i.isDynamic() && !shapes.containsKey(i.name())).toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "These inputs have dynamic dimensions and need a shape: %s. Give one, for example %s"
              .formatted(
                  missing.stream().map(TensorInfo::toString).collect(Collectors.joining("; ")),
                  missing.stream().map(RandomInputs::suggestion).collect(Collectors.joining(" "))));
    }
  }

  /** Sizes of a common image where the model leaves them open. */
  private static String suggestion(TensorInfo input) {
    long[] shape = input.shape();
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        shape[axis] = axis == 0 ? 1 : axis == 1 ? 3 : 224;
      }
    }
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x"));
    return "--shape %s=%s".formatted(input.name(), sizes);
  }

  private static String quoted(Iterable<String> names) {
    List<String> quoted = new ArrayList<>();
    names.forEach(name -> quoted.add("'" + name + "'"));
    return String.join(", ", quoted);
  }
}
