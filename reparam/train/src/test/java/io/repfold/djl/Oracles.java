package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.onnx.OnnxModel;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The three who compute a graph: the block, ONNX Runtime, and the core's interpreter. */
final class Oracles {
  private Oracles() {}

  static float[] random(long seed, long... dims) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static NDList inputs(NDManager manager, Graph graph, List<long[]> shapes) {
    NDList list = new NDList();
    for (int i = 0; i < shapes.size(); i++) {
      list.add(manager.create(random(i + 1, shapes.get(i)), new Shape(shapes.get(i))));
    }
    return list;
  }

  /** All outputs as doubles, computed by the block without training. */
  static List<double[]> block(Graph graph, List<long[]> shapes) {
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      List<double[]> first = run(block, manager, graph, shapes);
      List<double[]> again = run(block, manager, graph, shapes);
      for (int i = 0; i < first.size(); i++) {
        assertThat(again.get(i)).as("the second pass").containsExactly(first.get(i));
      }
      return first;
    }
  }

  private static List<double[]> run(
      GraphBlock block, NDManager manager, Graph graph, List<long[]> shapes) {
    List<double[]> outputs = new ArrayList<>();
    for (NDArray array : block.forward(inputs(manager, graph, shapes), false)) {
      outputs.add(doubles(array));
    }
    return outputs;
  }

  static double[] doubles(NDArray array) {
    return Arrays.stream(array.toArray()).mapToDouble(Number::doubleValue).toArray();
  }

  static List<double[]> interpreter(Graph graph, List<long[]> shapes) {
    Map<String, NdArray> inputs = new LinkedHashMap<>();
    for (int i = 0; i < shapes.size(); i++) {
      float[] values = random(i + 1, shapes.get(i));
      double[] data = new double[values.length];
      Arrays.setAll(data, k -> values[k]);
      inputs.put(graph.inputs().get(i).name(), NdArray.of(data, HostArrays.ints(shapes.get(i))));
    }
    return new Interpreter(graph).run(inputs).values().stream().map(NdArray::data).toList();
  }

  static List<double[]> onnxRuntime(Graph graph, List<long[]> shapes) {
    try {
      return onnxRuntime(bytes(graph), graph, shapes);
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(Graph graph) {
    return OnnxModel.of(graph).toBytes();
  }

  private static List<double[]> onnxRuntime(byte[] model, Graph graph, List<long[]> shapes)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      // Its own inference of the shapes of pools that round up is wrong, and it says so.
      options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      try (OrtSession session = environment.createSession(model, options)) {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        for (int i = 0; i < shapes.size(); i++) {
          inputs.put(
              graph.inputs().get(i).name(),
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(random(i + 1, shapes.get(i))), shapes.get(i)));
        }
        try (OrtSession.Result result = session.run(inputs)) {
          List<double[]> outputs = new ArrayList<>();
          for (Value output : graph.outputs()) {
            outputs.add(doubles((OnnxTensor) result.get(output.name()).orElseThrow()));
          }
          return outputs;
        } finally {
          inputs.values().forEach(OnnxTensor::close);
        }
      }
    }
  }

  private static double[] doubles(OnnxTensor tensor) {
    double[] values;
    if (tensor.getInfo().type == ai.onnxruntime.OnnxJavaType.INT64) {
      long[] longs = new long[tensor.getLongBuffer().remaining()];
      tensor.getLongBuffer().get(longs);
      return Arrays.stream(longs).asDoubleStream().toArray();
    }
    FloatBuffer floats = tensor.getFloatBuffer();
    values = new double[floats.remaining()];
    Arrays.setAll(values, floats::get);
    return values;
  }

  /** Within {@code tolerance} of the largest magnitude expected, or within 1e-12. */
  static void assertClose(
      String who, List<double[]> found, List<double[]> expected, double tolerance) {
    assertThat(found).as(who).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      double[] a = found.get(i);
      double[] b = expected.get(i);
      assertThat(a.length).as("%s: elements of output %d", who, i).isEqualTo(b.length);
      double least = 1e-12 / tolerance;
      assertThat(Difference.ALL_FINITE.relativeToAtLeast(least, b, a))
          .as(() -> who + ": " + Difference.ALL_FINITE.describe(b, a))
          .isLessThanOrEqualTo(tolerance);
    }
  }
}
