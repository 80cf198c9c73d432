package io.repfold.pipeline.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Backends;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An input that has a value is none, in a graph and in an engine alike. */
class InputValuesTest {
  @TempDir private Path folder;

  /** {@code y = x * rate}, for {@code x} of {@code [N, 3]}. */
  private ModelFile model(ElementType type, Shape shape) {
    Shape rows = new Shape(List.of(new Dim.Symbol("N"), Dim.of(3)));
    Graph graph =
        new Graph.Builder("g")
            .input(Value.of("x", ElementType.FLOAT, rows))
            .input(Value.of("rate", type, shape))
            .node(new Op.Cast(ElementType.FLOAT), List.of("rate"), "factor")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "factor"), "y")
            .output(Value.of("y", ElementType.FLOAT, rows))
            .build();
    Path file = folder.resolve("model.onnx");
    OnnxModel.of(graph).write(file);
    return ModelFile.read(file);
  }

  private static InputValues rate(double value) {
    return new InputValues(Map.of("rate", value));
  }

  private static final float[] X = {1, 2, 3, 4, 5, 6};

  private static double[] interpreted(Graph graph) {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    return new Interpreter(graph).run(Map.of("x", x)).get("y").data();
  }

  private static Engine load(ModelFile model) {
    return Backends.onnxRuntimeCpu().load(model.path(), EngineOptions.defaults().withThreads(1));
  }

  @ParameterizedTest
  @CsvSource({"INT64, 16000", "INT32, -3", "FLOAT, 0.5", "DOUBLE, 0.25", "UINT8, 255", "BOOL, 1"})
  void graph_and_engine_compute_what_the_model_does_when_it_is_fed(ElementType type, double value) {
    for (Shape shape : List.of(Shape.of(), Shape.of(1), Shape.of(1, 1))) {
      ModelFile model = model(type, shape);
      Graph graph = rate(value).fixedIn(model);
      assertThat(graph.inputs()).extracting(Value::name).containsExactly("x");
      try (Engine engine =
              rate(value)
                  .in(Backends.onnxRuntimeCpu())
                  .load(model.path(), EngineOptions.defaults());
          BoundRun bound = engine.bind(Map.of("x", HostTensor.ofFloats(X, 2, 3)))) {
        assertThat(engine.inputs()).extracting(TensorInfo::name).containsExactly("x");
        double[] found = engine.run(Map.of("x", HostTensor.ofFloats(X, 2, 3))).get("y").toDoubles();
        bound.run();
        for (int i = 0; i < X.length; i++) {
          assertThat(found[i]).isEqualTo(X[i] * value);
        }
        assertThat(bound.outputs().get("y").toDoubles()).containsExactly(found);
        assertThat(interpreted(graph)).containsExactly(found);
      }
    }
  }

  @Test
  void open_dimensions_of_the_input_are_1_wherever_they_stand() {
    ModelFile model = model(ElementType.FLOAT, new Shape(List.of(new Dim.Symbol("N"))));

    Graph graph = rate(2).fixedIn(model);

    assertThat(graph.inputs()).singleElement().hasToString("x: FLOAT[1, 3]");
    assertThat(graph.constant("rate").orElseThrow().dims()).containsExactly(1);
    try (Engine engine = rate(2).in(load(model))) {
      assertThat(
              engine
                  .run(Map.of("x", HostTensor.ofFloats(new float[] {1, 2, 3}, 1, 3)))
                  .get("y")
                  .toDoubles())
          .containsExactly(2, 4, 6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INT64, 1.5, 1",
    "INT64, 1e30, 1",
    "INT8, 300, 1",
    "UINT8, -1, 1",
    "BOOL, 2, 1",
    "FLOAT16, 1e9, 1",
    "INT64, 7, 3"
  })
  void what_the_input_cannot_hold_is_refused_with_its_type_and_shape(
      ElementType type, double value, long size) {
    ModelFile model = model(type, Shape.of(size));

    assertThatThrownBy(() -> rate(value).fixedIn(model))
        .isInstanceOf(PipelineException.class)
        .hasMessageContainingAll("withInputs", "'rate'", type + "[" + size + "]", "model.onnx");
    try (Engine engine = load(model)) {
      assertThatThrownBy(() -> rate(value).in(engine))
          .isInstanceOf(PipelineException.class)
          .hasMessageContainingAll("withInputs", "'rate'", "[" + size + "]", "model.onnx");
    }
  }

  @Test
  void an_input_that_no_model_has_is_refused_and_those_there_are_named() {
    ModelFile model = model(ElementType.INT64, Shape.of());
    InputValues values = new InputValues(Map.of("sr", 1.0));

    assertThatThrownBy(() -> values.fixedIn(model))
        .hasMessageContainingAll("no input 'sr'", "[x, rate]");
    assertThatThrownBy(() -> values.requireIn(model.path(), model.path()))
        .hasMessageContainingAll("no input 'sr'", "[x, rate]");
    rate(1).requireIn(model.path());
    try (Engine engine = load(model)) {
      assertThat(values.in(engine)).as("one model may lack it").isSameAs(engine);
    }
  }

  @Test
  void a_sample_that_holds_the_input_too_is_refused() {
    ModelFile model = model(ElementType.INT64, Shape.of());
    try (Engine engine = load(model)) {
      SampleSource random = SampleSource.random(Map.of("x", new long[] {2, 3}), 1, 0);
      assertThatThrownBy(() -> rate(8000).in(random).of(engine))
          .isInstanceOf(PipelineException.class)
          .hasMessageContainingAll("'rate'", "withInputs", "sample");
    }
    try (Engine engine = rate(8000).in(load(model))) {
      Samples samples =
          rate(8000).in(SampleSource.random(Map.of("x", new long[] {2, 3}), 1, 0)).of(engine);
      assertThat(samples.description()).endsWith(", rate = 8000");
      assertThat(samples.inputs().get(0)).containsOnlyKeys("x");
    }
  }

  @Test
  void values_are_told_in_the_order_in_which_they_were_given() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("sr", 16000.0);
    numbers.put("gain", 0.5);

    assertThat(new InputValues(numbers).text()).isEqualTo("sr = 16000, gain = 0.5");
    assertThat(InputValues.NONE.isEmpty()).isTrue();
  }
}
