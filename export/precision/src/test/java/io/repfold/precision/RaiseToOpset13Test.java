package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaiseToOpset13Test {
  /** An op of an old opset, and the constants that it reads beside x. */
  record Old(int opset, Op op, List<Tensor> constants) {
    static Old of(int opset, Op op, Tensor... constants) {
      return new Old(opset, op, List.of(constants));
    }

    Graph graph() {
      Graph.Builder graph =
          new Graph.Builder("old").opset("", opset).input(Value.float32("x", 1, 4, 3, 2));
      List<String> inputs = new java.util.ArrayList<>(List.of("x"));
      for (Tensor constant : constants) {
        inputs.add("c" + inputs.size());
        graph.initializer("c" + (inputs.size() - 1), constant);
      }
      return graph.node(op, inputs, "y").output(Values.float32("y")).build();
    }
  }

  static List<Old> olds() {
    return List.of(
        Old.of(12, new Op.Softmax(3, true)),
        Old.of(11, new Op.Softmax(-1, true)),
        Old.of(12, new Op.LogSoftmax(3, true)),
        Old.of(11, new Op.Hardmax(-1, true)),
        Old.of(12, new Op.Squeeze(Optional.of(List.of(0)))),
        Old.of(11, new Op.Unsqueeze(Optional.of(List.of(0, 3)))),
        Old.of(12, new Op.Split(1, Optional.of(List.of(4L)))),
        Old.of(12, sum(Optional.of(List.of(1, 2)))),
        Old.of(12, sum(Optional.empty())),
        Old.of(10, new Op.Clip(OptionalDouble.of(-0.5), OptionalDouble.of(0.25))),
        Old.of(10, new Op.Clip(OptionalDouble.empty(), OptionalDouble.of(0.25))),
        Old.of(
            10,
            new Op.Pad(
                Op.Pad.Mode.CONSTANT,
                Optional.of(List.of(0L, 0L, 1L, 2L, 0L, 0L, 0L, 1L)),
                OptionalDouble.of(0.5))),
        Old.of(
            9,
            new Op.Slice(Optional.of(new Op.Slice.Bounds(List.of(1L), List.of(3L), List.of(1))))),
        Old.of(
            9,
            new Op.Slice(
                Optional.of(new Op.Slice.Bounds(List.of(0L, 2L), List.of(1L, 4L), List.of())))),
        Old.of(11, new Op.Dropout(OptionalDouble.of(0.25))),
        Old.of(
            10,
            new Op.Resize(
                "nearest",
                "asymmetric",
                "floor",
                -0.75f,
                false,
                0,
                false,
                List.of(),
                "stretch",
                true),
            Tensor.ofFloats(new float[] {1, 1, 2, 3}, 4)),
        Old.of(
            9,
            new Op.Opaque("", "Upsample", Map.of("mode", "linear"), List.of()),
            Tensor.ofFloats(new float[] {1, 1, 2, 3}, 4)),
        Old.of(
            8,
            new Op.Opaque("", "Upsample", Map.of("scales", List.of(1f, 1f, 2f, 2.5f)), List.of())),
        Old.of(7, Layers.RELU),
        Old.of(12, Layers.RELU));
  }

  private static Op sum(Optional<List<Integer>> axes) {
    return new Op.Reduce(Op.Reduce.Function.SUM, axes, true, false);
  }

  @ParameterizedTest
  @MethodSource("olds")
  void it_computes_the_same_and_can_be_written(Old old) {
    Graph graph = old.graph();
    Graph raised = RaiseToOpset13.raise(graph);

    assertThat(raised.opset()).isEqualTo(13);
    NdArray x = NdArray.of(Tensors.random(new SplittableRandom(1), 1, 1, 4, 3, 2));
    NdArray expected = new Interpreter(graph).run(Map.of("x", x)).get("y");
    NdArray found = new Interpreter(raised).run(Map.of("x", x)).get("y");
    assertThat(found.dims()).containsExactly(expected.dims());
    assertThat(found.data()).containsExactly(expected.data());
    Graph read = OnnxModel.read("raised", OnnxModel.of(raised).toBytes()).graph();
    assertThat(read.nodes()).isEqualTo(raised.nodes());
  }

  @Test
  void what_may_mean_something_else_is_refused() {
    Map<Graph, String> refused = new LinkedHashMap<>();
    refused.put(Old.of(12, new Op.Softmax(1, true)).graph(), "flattens its input before axis 1");
    refused.put(Old.of(12, new Op.LogSoftmax(1, true)).graph(), "flattens its input before axis 1");
    refused.put(Old.of(12, new Op.Hardmax(2, true)).graph(), "flattens its input before axis 2");
    refused.put(
        Old.of(12, new Op.Opaque("", "Thing", Map.of(), List.of())).graph(),
        "Thing 'y' cannot be restated in opset 13");
    refused.put(Old.of(6, Layers.RELU).graph(), "only opsets from 7 on can be raised");
    refused.put(
        Old.of(8, new Op.Opaque("", "Upsample", Map.of("mode", "cubic"), List.of())).graph(),
        "Upsample 'y' cannot be restated in opset 13");
    refused.forEach(
        (graph, because) ->
            assertThatThrownBy(() -> RaiseToOpset13.raise(graph)).hasMessageContaining(because));
  }

  @Test
  void ops_of_other_domains_those_that_never_changed_and_later_opsets_stay() {
    Graph other = Old.of(12, new Op.Opaque("some", "Thing", Map.of(), List.of())).graph();
    assertThat(RaiseToOpset13.raise(other).nodes()).isEqualTo(other.nodes());
    Graph memory = Old.of(11, new Op.Opaque("", "LSTM", Map.of(), List.of())).graph();
    assertThat(RaiseToOpset13.raise(memory).nodes()).isEqualTo(memory.nodes());
    Graph late = Old.of(18, Layers.RELU).graph();
    assertThat(RaiseToOpset13.raise(late)).isSameAs(late);
  }
}
