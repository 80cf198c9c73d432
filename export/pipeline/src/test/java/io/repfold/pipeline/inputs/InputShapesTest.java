package io.repfold.pipeline.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputShapesTest {
  /** A question mark stands for an open dimension. */
  @ParameterizedTest
  @CsvSource({
    "?x3x?x?, 1x3x64x96",
    "?x?x?x?, 1x3x64x96",
    "?x?x?x3, 1x64x96x3",
    "2x3x?x50, 2x3x64x50",
    "?x512x?x?, 1x512x12x16",
    "?x8, 1x8",
    "?x?x16, 1x64x16"
  })
  void open_dimensions_get_sizes_of_a_small_image(String declared, String expected) {
    try (Engine engine = load(declared, new Op.Identity())) {
      InputShapes shapes = InputShapes.find(engine, Map.of());

      assertThat(shapes.text()).isEqualTo("x " + expected);
      assertThat(shapes.chosen()).isTrue();
    }
  }

  @Test
  void what_is_given_or_declared_is_taken() {
    try (Engine open = load("?x3x?x?", new Op.Identity());
        Engine fixed = load("1x3x5x6", new Op.Identity())) {
      assertThat(InputShapes.find(open, Map.of("x", new long[] {2, 3, 4, 5})).text())
          .isEqualTo("x 2x3x4x5");
      assertThat(InputShapes.find(fixed, Map.of()).chosen()).isFalse();
    }
  }

  @Test
  void a_size_that_the_model_refuses_is_followed_by_another() {
    try (Engine engine = load("1x1x?x?", new Op.MatMul())) {
      assertThat(InputShapes.find(engine, Map.of()).text()).isEqualTo("x 1x1x64x64");
    }
  }

  @Test
  void a_model_that_takes_no_size_says_so_and_asks_for_one() {
    try (Engine engine = load("?x7x?x11", new Op.Reshape(false))) {
      assertThatThrownBy(() -> InputShapes.find(engine, Map.of()))
          .isInstanceOf(PipelineException.class)
          .hasMessageContainingAll("x: float32", "withShapes");
    }
  }

  /** The input by itself, times itself (which takes square images) or as 7 x 1000003 elements. */
  private static Engine load(String declared, Op op) {
    List<Dim> dims =
        Arrays.stream(declared.split("x"))
            .map(d -> d.equals("?") ? Dim.unknown() : Dim.of(Long.parseLong(d)))
            .toList();
    List<String> inputs =
        op instanceof Op.Identity
            ? List.of("x")
            : List.of("x", op instanceof Op.Reshape ? "shape" : "x");
    Graph graph =
        new Graph.Builder("g")
            .input(Value.of("x", ElementType.FLOAT, new Shape(dims)))
            .initializer("shape", Tensor.ofLongs(new long[] {7, 1000003}, 2))
            .node(op, inputs, "y")
            .output(Values.float32("y"))
            .build();
    return Backends.onnxRuntimeCpu()
        .load("model", OnnxModel.of(graph).toBytes(), EngineOptions.defaults());
  }
}
