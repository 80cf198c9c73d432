package io.repfold.pipeline.convert;

import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Splits the tensors of a graph into parts that fit into memory together. */
final class TensorParts {
  /** For tensors whose size is known only at run time: so many of them are one part. */
  private static final int UNKNOWN_TOGETHER = 32;

  private TensorParts() {}

  /**
   * Parts in order, each of at least one tensor; one part without tensors if there are none.
   *
   * @param sample gives the input shapes
   * @param names of float32 tensors
   */
  static List<List<String>> of(Graph graph, Sample sample, List<String> names, long mostBytes) {
    Map<String, Value> known = known(graph, sample);
    List<List<String>> parts = new ArrayList<>();
    List<String> part = new ArrayList<>();
    long bytes = 0;
    for (String name : names) {
      long own =
          Optional.ofNullable(known.get(name))
              .flatMap(Value::shape)
              .flatMap(Shape::sizes)
              .map(sizes -> bytes(sizes))
              .orElse(mostBytes / UNKNOWN_TOGETHER);
      if (!part.isEmpty() && bytes + own > mostBytes) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(name);
      bytes += own;
    }
    parts.add(part);
    return parts;
  }

  private static long bytes(long... sizes) {
    long bytes = Float.BYTES;
    for (long size : sizes) {
      bytes *= size;
    }
    return bytes;
  }

  private static Map<String, Value> known(Graph graph, Sample sample) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (Map.Entry<String, HostTensor> input : sample.read().entrySet()) {
      if (graph.isInput(input.getKey())) {
        shapes.put(input.getKey(), input.getValue().shape());
      }
    }
    try {
      return ShapeInference.infer(graph, shapes);
    } catch (InvalidGraphException e) {
      return Map.of(); // the run will say what does not fit, in terms of the sample
    }
  }
}
