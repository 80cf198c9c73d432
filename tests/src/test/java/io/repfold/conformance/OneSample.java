package io.repfold.conformance;

import ai.onnxruntime.OrtException;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.Range;
import io.repfold.precision.SampleRunner;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs graphs on one sample in ONNX Runtime. */
record OneSample(OnnxModel model, Map<String, Tensor> inputs) implements SampleRunner {
  /**
   * Every tensor that nodes compute; those of ops that are not modeled if there is no other way.
   */
  Map<String, Tensor> all(Graph graph) throws OrtException {
    try {
      return computed(graph, graph.nodes());
    } catch (OrtException e) {
      List<Node> known =
          graph.nodes().stream().filter(n -> !(n.op() instanceof Op.Opaque)).toList();
      return computed(graph, known);
    }
  }

  private Map<String, Tensor> computed(Graph graph, List<Node> nodes) throws OrtException {
    List<String> names =
        nodes.stream()
            .filter(n -> !(n.op() instanceof Op.Constant))
            .flatMap(n -> n.outputs().stream())
            .filter(name -> !name.isEmpty())
            .toList();
    Map<String, Tensor> values = new LinkedHashMap<>(inputs);
    values.putAll(OrtRun.tensors(model.withGraph(graph).withExtraOutputs(names).toBytes(), inputs));
    return values;
  }

  /** That of a float32 tensor's finite elements; empty if it has none. */
  static Optional<Range> range(Tensor tensor) {
    if (tensor.type() != ElementType.FLOAT) {
      return Optional.empty();
    }
    double[] finite = Arrays.stream(tensor.toDoubles()).filter(Double::isFinite).toArray();
    return finite.length == 0 ? Optional.empty() : Optional.of(Range.of(finite));
  }

  @Override
  public void run(Graph graph, Set<String> values, int most, Sink sink) {
    try {
      Map<String, Tensor> found =
          OrtRun.tensors(
              model.withGraph(graph).withExtraOutputs(List.copyOf(values)).toBytes(), inputs);
      Map<String, Computed> computed = new HashMap<>();
      for (String name : values) {
        Tensor tensor = found.get(name);
        float[] floats = new float[Math.toIntExact(tensor.size())];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) tensor.doubleAt(i);
        }
        computed.put(
            name, new Computed(FloatBuffer.wrap(floats), tensor.type().isFloat(), tensor.dims()));
      }
      sink.accept(0, computed);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }
}
