package io.repfold.precision;

import static io.repfold.precision.Graphs.conv;
import static io.repfold.precision.Graphs.images;
import static io.repfold.precision.Graphs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RaiseToOpset22Test {
  record Form(int opset, Op op, List<String> inputs) {
    @Override
    public String toString() {
      return op.type() + " of opset " + opset;
    }
  }

  private static Op.Reduce reduce(Op.Reduce.Function function, Integer... axes) {
    return new Op.Reduce(function, Optional.of(List.of(axes)), true, false);
  }

  static List<Form> forms() {
    List<String> x = List.of("x");
    return List.of(
        new Form(11, new Op.Softmax(3, true), x),
        new Form(12, new Op.Softmax(-1, true), x),
        new Form(11, new Op.Unsqueeze(Optional.of(List.of(0))), x),
        new Form(12, new Op.Squeeze(Optional.of(List.of(0))), x),
        new Form(12, new Op.Split(1, Optional.of(List.of(4L))), x),
        new Form(13, new Op.Split(1, Optional.empty()), x),
        new Form(12, reduce(Op.Reduce.Function.SUM, 2, -1), x),
        new Form(17, reduce(Op.Reduce.Function.MEAN, 1), x),
        new Form(11, reduce(Op.Reduce.Function.MAX, 1), x),
        new Form(17, new Op.Reduce(Op.Reduce.Function.MEAN, Optional.empty(), true, false), x),
        new Form(11, new Op.Dropout(OptionalDouble.of(0.3)), x),
        new Form(11, Graphs.RESIZE, List.of("x", "nothing", "nothing", "sizes")),
        new Form(11, new Op.AveragePool(List.of(2, 2), Window.DEFAULT, false, true), x));
  }

  private static Graph graph(Form form) {
    return images(4, 6)
        .opset("", form.opset())
        .initializer("nothing", Tensor.ofFloats(new float[0], 0))
        .initializer("sizes", Tensor.ofLongs(new long[] {1, 4, 8, 3}, 4))
        .node(form.op(), form.inputs(), "y")
        .output(Values.float32("y"))
        .build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void what_it_computes_stays_and_it_can_be_written(Form form) {
    Graph before = graph(form);
    OnnxModel.of(before).toBytes();

    Graph after = RaiseToOpset22.of(before, 22);

    assertThat(after.opset()).isEqualTo(22);
    assertThat(run(after, Rounding.NONE)).isEqualTo(run(before, Rounding.NONE));
    OnnxModel read = OnnxModel.read("raised", OnnxModel.of(after).toBytes());
    assertThat(read.graph().nodes()).isEqualTo(after.nodes());
  }

  /** Up to opset 20 it has one scale a group, later one a channel. */
  @Test
  void a_normalization_of_groups_is_raised_up_to_opset_20() {
    Graph graph =
        images(4, 6)
            .opset("", 18)
            .initializer("s", Tensor.ofFloats(new float[] {2, 3}, 2))
            .node(new Op.GroupNormalization(2, 1e-3f, true), List.of("x", "s", "s"), "y")
            .output(Values.float32("y"))
            .build();

    assertThat(RaiseToOpset22.of(graph, 20).nodes()).isEqualTo(graph.nodes());
    assertThatThrownBy(() -> RaiseToOpset22.of(graph, 21))
        .hasMessageContaining("GroupNormalization 'y' cannot be restated in opset 21")
        .hasMessageContaining("from opset 21 on it scales channels");
  }

  @Test
  void inputs_of_resize_that_are_left_out_are_so_in_the_later_form() {
    Form form = new Form(11, Graphs.RESIZE, List.of("x", "nothing", "nothing", "sizes"));

    Graph after = RaiseToOpset22.of(graph(form), 22);

    assertThat(after.nodes().get(0).inputs()).containsExactly("x", "", "", "sizes");
  }

  @Test
  void an_axis_in_the_middle_and_an_op_that_is_not_modeled_are_refused() {
    Graph flattening = graph(new Form(12, new Op.Softmax(1, true), List.of("x")));
    Op unknown = new Op.Opaque("", "Thing", Map.of(), List.of());
    Op foreign = new Op.Opaque("com.example", "Bend", Map.of(), List.of());

    assertThatThrownBy(() -> RaiseToOpset22.of(flattening, 22))
        .hasMessageContaining("Softmax 'y' flattens its input before axis 1");
    assertThatThrownBy(() -> RaiseToOpset22.of(graph(new Form(17, unknown, List.of("x"))), 22))
        .hasMessageContaining("Thing 'y'");
    assertThat(RaiseToOpset22.of(graph(new Form(17, foreign, List.of("x"))), 22).opset())
        .isEqualTo(22);
  }

  @ParameterizedTest
  @CsvSource({
    "LSTM, 9, stays",
    "LayerNormalization, 17, stays",
    "TopK, 11, stays",
    "GridSample, 20, stays",
    "RoiAlign, 16, stays",
    "TopK, 9, changed in opset 10",
    "GridSample, 16, changed in opset 20",
    "LogSoftmax, 12, repfold does not know what changed in it",
    "GroupNormalization, 18, changed in opset 21",
    "If, 17, the ops in its body may mean something else"
  })
  void an_op_that_is_not_modeled_stays_unless_it_changed(String type, int opset, String what) {
    Graph graph =
        graph(new Form(opset, new Op.Opaque("", type, Map.of(), List.of()), List.of("x")));

    if (what.equals("stays")) {
      assertThat(RaiseToOpset22.of(graph, 22).nodes()).isEqualTo(graph.nodes());
    } else {
      assertThatThrownBy(() -> RaiseToOpset22.of(graph, 22))
          .hasMessageContaining(type + " 'y' cannot be restated in opset ")
          .hasMessageContaining(what);
    }
  }

  @Test
  void axes_of_a_reduction_that_is_not_modeled_become_an_input() {
    Map<String, Object> attributes = Map.of("axes", List.of(1L, -1L), "keepdims", 0L);
    Op norm = new Op.Opaque("", "ReduceL2", attributes, List.of());

    Graph after = RaiseToOpset22.of(graph(new Form(17, norm, List.of("x"))), 22);

    Node node = after.nodes().get(0);
    assertThat(node.op())
        .isEqualTo(new Op.Opaque("", "ReduceL2", Map.of("keepdims", 0L), List.of()));
    assertThat(after.constant(node.input(1)).orElseThrow().toLongs()).containsExactly(1, -1);
    assertThat(node.inputs()).hasSize(2).first().isEqualTo("x");
    Graph all =
        graph(new Form(17, new Op.Opaque("", "ReduceL2", Map.of(), List.of()), List.of("x")));
    assertThat(RaiseToOpset22.of(all, 22).nodes()).isEqualTo(all.nodes());
  }

  @Test
  void a_graph_that_is_too_old_is_refused_and_one_that_is_late_enough_stays() {
    Graph old = images(3, 3).opset("", 6).output(Values.float32("x")).build();
    Graph late = images(3, 3).opset("", 23).output(Values.float32("x")).build();

    assertThatThrownBy(() -> RaiseToOpset22.of(old, 22)).hasMessageContaining("has opset 6");
    assertThat(RaiseToOpset22.of(late, 22)).isSameAs(late);
  }

  @ParameterizedTest
  @MethodSource("opsets")
  void bfloat16_takes_the_opset_that_its_ops_need(Op op, int opset) {
    Graph graph =
        images(3, 3).opset("", 12).node(op, List.of("x"), "y").output(Values.float32("y")).build();

    HalfPrecision.Result result = HalfPrecision.convert(graph, HalfOptions.BFLOAT16);

    assertThat(result.report().opset()).isEqualTo(opset);
    assertThat(result.graph().opset()).isEqualTo(opset);
  }

  static List<Arguments> opsets() {
    return List.of(
        Arguments.of(Layers.RELU, 13),
        Arguments.of(new Op.LeakyRelu(0.1f), 16),
        Arguments.of(new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()), 16),
        Arguments.of(new Op.GlobalAveragePool(), 22));
  }

  @Test
  void float16_leaves_the_opset_as_it_is() {
    Graph graph = conv(images(3, 3).opset("", 11), "x", "y", 1).output(Values.float32("y")).build();

    assertThat(HalfPrecision.convert(graph, HalfOptions.FLOAT16).graph().opset()).isEqualTo(11);
    assertThat(HalfPrecision.convert(graph, HalfOptions.BFLOAT16).graph().opset()).isEqualTo(22);
  }
}
