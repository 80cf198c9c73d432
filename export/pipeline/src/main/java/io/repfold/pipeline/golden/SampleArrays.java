package io.repfold.pipeline.golden;

import io.repfold.pipeline.golden.GoldenOutputs.Sample;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A sample as the arrays of a {@code .npz} file: {@code input/NAME}, {@code output/NAME}, {@code
 * again/NAME} and {@code exact/NAME}, so that an input and an output may have one name. NumPy has
 * no bfloat16: such arrays are stored as float32, which holds each of their values.
 */
final class SampleArrays {
  static final String INPUT = "input/";
  static final String OUTPUT = "output/";
  static final String AGAIN = "again/";
  static final String EXACT = "exact/";

  private SampleArrays() {}

  /** Inputs in the order of their names, the others in that of the model. */
  static Map<String, HostTensor> of(Sample sample) {
    Map<String, HostTensor> arrays = new LinkedHashMap<>();
    add(arrays, INPUT, new TreeMap<>(sample.inputs()));
    add(arrays, OUTPUT, sample.outputs());
    add(arrays, AGAIN, sample.again());
    add(arrays, EXACT, sample.exact());
    return arrays;
  }

  private static void add(
      Map<String, HostTensor> arrays, String prefix, Map<String, HostTensor> tensors) {
    tensors.forEach((name, tensor) -> arrays.put(prefix + name, storable(tensor)));
  }

  private static HostTensor storable(HostTensor tensor) {
    return tensor.type() == ElementType.BFLOAT16
        ? HostTensor.of(ElementType.FLOAT, tensor.toDoubles(), tensor.shape())
        : tensor;
  }

  /**
   * The sample that such arrays are.
   *
   * @param brains those that are bfloat16, with their prefixes
   * @throws IllegalArgumentException if an array has another name, or does not fit the others
   */
  static Sample sample(String name, Map<String, HostTensor> arrays, Set<String> brains) {
    Map<String, HostTensor> typed = new LinkedHashMap<>();
    for (Map.Entry<String, HostTensor> array : arrays.entrySet()) {
      String key = array.getKey();
      typed.put(key, brains.contains(key) ? brain(key, array.getValue()) : array.getValue());
    }
    Map<String, HostTensor> outputs = starting(OUTPUT, typed);
    Map<String, HostTensor> again = starting(AGAIN, typed);
    Map<String, HostTensor> exact = starting(EXACT, typed);
    Map<String, HostTensor> inputs = starting(INPUT, typed);
    if (inputs.size() + outputs.size() + again.size() + exact.size() < typed.size()) {
      String other = typed.keySet().stream().filter(key -> !isOne(key)).findFirst().orElseThrow();
      throw new IllegalArgumentException(
          "holds '%s', and names of arrays must begin with %s, %s, %s or %s"
              .formatted(other, INPUT, OUTPUT, AGAIN, EXACT));
    }
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "holds no array whose name begins with %s, so there is nothing to compare with"
              .formatted(OUTPUT));
    }
    requireFit(AGAIN, again, outputs);
    requireFit(EXACT, exact, outputs);
    return new Sample(name, inputs, outputs, again, exact);
  }

  private static boolean isOne(String key) {
    return key.startsWith(INPUT)
        || key.startsWith(OUTPUT)
        || key.startsWith(AGAIN)
        || key.startsWith(EXACT);
  }

  private static HostTensor brain(String key, HostTensor stored) {
    if (stored.type() == ElementType.FLOAT) {
      HostTensor tensor = HostTensor.of(ElementType.BFLOAT16, stored.toDoubles(), stored.shape());
      if (Arrays.equals(tensor.toDoubles(), stored.toDoubles())) {
        return tensor;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is to hold bfloat16 values as float32, and holds others: %s".formatted(key, stored));
  }

  private static Map<String, HostTensor> starting(String prefix, Map<String, HostTensor> arrays) {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    arrays.forEach(
        (key, tensor) -> {
          if (key.startsWith(prefix)) {
            found.put(key.substring(prefix.length()), tensor);
          }
        });
    return found;
  }

  /** Noise is of outputs, in their types and shapes. */
  private static void requireFit(
      String prefix, Map<String, HostTensor> noise, Map<String, HostTensor> outputs) {
    noise.forEach(
        (name, tensor) -> {
          HostTensor output = outputs.get(name);
          if (output == null || !fits(tensor, output)) {
            throw new IllegalArgumentException(
                "'%s%s' is %s, and '%s%s' %s; expected floating-point arrays of one shape"
                    .formatted(
                        prefix,
                        name,
                        tensor,
                        OUTPUT,
                        name,
                        output == null ? "is not there" : "is " + output));
          }
        });
  }

  /** Whether a tensor tells the noise of an output. */
  static boolean fits(HostTensor noise, HostTensor output) {
    return noise.type().isFloating()
        && output.type().isFloating()
        && Arrays.equals(noise.shape(), output.shape());
  }
}
