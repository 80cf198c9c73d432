package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Interpreter;
import io.repfold.graph.Kernel;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.graph.Window;
import io.repfold.kit.Shapes;
import io.repfold.kit.Tensors;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.train.TrainedNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is trained against what is written, where they are the same and where they are not. */
class WrittenModelCheckTest {
  private static final Tensor IMAGES = Tensors.random(new SplittableRandom(5), 1, 2, 3, 9, 11);

  private final List<String> warnings = new ArrayList<>();

  /** Computes one graph and writes another. */
  private record Parted(Graph trained, Graph written) implements TrainedNetwork {
    @Override
    public OnnxModel model() {
      return OnnxModel.of(written);
    }

    @Override
    public Map<String, Tensor> outputs(Tensor images) {
      return values(images, trained.outputs().stream().map(Value::name).toList());
    }

    @Override
    public Map<String, Tensor> values(Tensor images, List<String> names) {
      List<Value> wanted =
          names.stream()
              .map(n -> new Value(n, Optional.of(ElementType.FLOAT), Optional.empty()))
              .toList();
      Graph exposing = trained.toBuilder().replaceOutputs(wanted).build();
      Map<String, Tensor> values = new LinkedHashMap<>();
      new Interpreter(exposing)
          .run(Map.of("x", NdArray.of(images)))
          .forEach((name, array) -> values.put(name, array.toTensor()));
      return values;
    }
  }

  private static Graph network(long seed, boolean ceil, String nearest) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(seed));
    String x = b.input("x", Shapes.anyImages(3));
    String a = b.named("first").conv(x, 4, Kernel.of(3), 1);
    Window window = Window.of(List.of(2, 2), List.of(), List.of(0, 0, 0, 0));
    String p =
        b.named("pool").op("p", new Op.MaxPool(List.of(2, 2), window, ceil, false), List.of(a), 4);
    String r = b.resize(b.relu(p), "nearest", nearest, 1.7f, 1.7f);
    b.output(b.named("last").conv(r, 3, Kernel.of(1), 1));
    return b.build();
  }

  private static Graph network() {
    return network(1, true, "asymmetric");
  }

  private void check(Graph trained, Graph written) {
    new WrittenModelCheck(warnings::add).check(new Parted(trained, written), IMAGES, 7);
  }

  @Test
  void the_same_graph_passes() {
    check(network(), network());
    assertThat(warnings).isEmpty();
  }

  @Test
  void floor_for_ceil_is_found_where_it_is() {
    assertThatThrownBy(() -> check(network(1, false, "asymmetric"), network()))
        .isInstanceOf(WrittenModelCheck.DifferenceException.class)
        .hasMessageContaining("After iteration 7, what is trained is not what is written.")
        .hasMessageContaining("of MaxPool 'pool': the shapes differ")
        .hasMessageContaining("--no-check");
  }

  @Test
  void another_pixel_is_found_where_it_is() {
    assertThatThrownBy(() -> check(network(1, true, "half_pixel"), network()))
        .isInstanceOf(WrittenModelCheck.DifferenceException.class)
        .hasMessageContaining("of Resize '");
  }

  @Test
  void a_tensor_that_is_written_otherwise_than_it_is_read_is_found() {
    Graph now = network();
    Map<String, Tensor> weights = new LinkedHashMap<>(now.initializers());
    weights.replaceAll(
        (name, tensor) ->
            name.equals("last.weight") ? Tensors.filled(0.01, tensor.dims()) : tensor);
    Graph moved = now.toBuilder().replaceInitializers(weights).build();
    assertThatThrownBy(() -> check(now, moved))
        .isInstanceOf(WrittenModelCheck.DifferenceException.class)
        .hasMessageContaining("of Conv 'last'");
  }

  /** Scores that were interpolated between steps and rounded: every fourth is a tie. */
  private static Graph rounding(double weight) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    String x = b.input("x", Shapes.anyImages(3));
    String a = b.named("first").op("c", CONV, List.of(x, b.initializer("w", weights(weight))), 3);
    String r = b.resize(rounded(b, a), "linear", "half_pixel", 2f, 2f);
    b.output(rounded(b, r));
    return b.build();
  }

  private static final Op CONV = new Op.Conv(Kernel.of(1).window(), 1);

  private static Tensor weights(double first) {
    double[] values = {first, 0.25, -0.5, 0.75, 0.1, -0.2, 0.3, 0.4, 0.6};
    return Tensor.ofDoubles(ElementType.FLOAT, values, 3, 3, 1, 1);
  }

  private static String rounded(GraphBuilder b, String x) {
    String scale = b.initializer("scale", Tensor.ofFloats(new float[] {0.1f}));
    String zero = b.initializer("zero", Tensor.ofDoubles(ElementType.INT8, new double[1]));
    String q = b.op("q", new Op.QuantizeLinear(1, Optional.empty()), List.of(x, scale, zero), 3);
    return b.op("d", new Op.DequantizeLinear(1, Optional.empty()), List.of(q, scale, zero), 3);
  }

  @Test
  void ties_that_are_rounded_to_the_other_side_are_no_difference() {
    Graph graph = rounding(0.5);
    Tensor found = new Parted(graph, graph).outputs(IMAGES).values().iterator().next();
    double[] tied = found.toDoubles();
    Map<String, HostTensor> run = run(graph);
    double[] written = run.values().iterator().next().toDoubles();
    long apart =
        IntStream.range(0, tied.length).filter(i -> Math.abs(tied[i] - written[i]) > 0.09).count();
    assertThat(apart).as("ties to another side").isPositive();
    check(graph, graph);
    assertThat(warnings).isEmpty();
  }

  private static Map<String, HostTensor> run(Graph graph) {
    byte[] bytes = OnnxModel.of(graph).toBytes();
    try (Engine engine = Backends.onnxRuntimeCpu().load("net", bytes, EngineOptions.defaults())) {
      float[] values = new float[(int) IMAGES.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) IMAGES.doubleAt(i);
      }
      return engine.run(Map.of("x", HostTensor.ofFloats(values, IMAGES.dims())));
    }
  }

  @Test
  void another_weight_is_a_difference_where_activations_are_rounded_too() {
    assertThatThrownBy(() -> check(rounding(0.5), rounding(0.9)))
        .isInstanceOf(WrittenModelCheck.DifferenceException.class)
        .hasMessageContaining("Output '")
        .hasMessageContaining("differs: the largest error is");
  }

  private static Graph one(Op op) {
    return new Graph.Builder("net")
        .opset("com.acme", 1)
        .input(Value.float32("x", 2, 3, 9, 11))
        .output(Value.float32("y", 2, 3, 9, 11))
        .node(op, List.of("x"), "y")
        .build();
  }

  @Test
  void a_file_that_cannot_be_run_is_warned_of() {
    Op magic = new Op.Opaque("com.acme", "Magic", Map.of(), List.of());
    check(one(new Op.Identity()), one(magic));
    assertThat(warnings).singleElement().asString().contains("was not compared", "Magic");
  }
}
