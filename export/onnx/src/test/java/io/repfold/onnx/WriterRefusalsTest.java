package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What an opset cannot say is refused with the node, the opset and the one thing that is in the
 * way; what it can say is written.
 */
class WriterRefusalsTest {
  private static final List<Integer> KERNEL = List.of(3, 2);
  private static final OptionalDouble NONE = OptionalDouble.empty();

  private static NodeProto write(int opset, Op op, int inputs, String... outputs) {
    return write(opset, op, inputs, Map.of(), outputs);
  }

  /**
   * @param constants by the name of an input, of which the first is x0
   */
  private static NodeProto write(
      int opset, Op op, int inputs, Map<String, Tensor> constants, String... outputs) {
    Graph.Builder graph = new Graph.Builder("g").opset("", opset);
    List<String> names = IntStream.range(0, inputs).mapToObj(i -> "x" + i).toList();
    for (String name : names) {
      Optional.ofNullable(constants.get(name))
          .ifPresentOrElse(
              t -> graph.initializer(name, t), () -> graph.input(Value.float32(name, 1, 2, 8, 9)));
    }
    graph.node(new Node("n", op, names, outputs.length == 0 ? List.of("y") : List.of(outputs)));
    return NodeWriter.write(graph.build(), graph.build().nodes().get(0));
  }

  private static void refused(int opset, Op op, int inputs, String because, String... outputs) {
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> write(opset, op, inputs, outputs))
        .withMessageStartingWith(
            "%s 'n' cannot be written in opset %d: ".formatted(op.type(), opset))
        .withMessageContaining(because);
  }

  private static List<String> attributes(NodeProto node) {
    return node.getAttributeList().stream().map(AttributeProto::getName).toList();
  }

  @Test
  void transposed_convolutions_that_share_padding() {
    Window same = new Window(AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    Op shares = new Op.ConvTranspose(same, 1, List.of(), List.of());
    Op shaped = new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of(16, 18));
    refused(10, shares, 2, "the way its padding is shared out came with opset 11");
    refused(10, shaped, 2, "the way its padding is shared out came with opset 11");
    assertThat(attributes(write(11, shares, 2))).containsExactly("auto_pad", "strides", "group");
    assertThat(attributes(write(11, shaped, 2))).containsExactly("group", "output_shape");
  }

  @Test
  void the_kernel_size_of_a_constant_weight_is_said_by_both_convolutions() {
    Map<String, Tensor> weight = Map.of("x1", Tensor.ofFloats(new float[12], 2, 1, 3, 2));
    for (Op op :
        List.of(
            new Op.Conv(Window.DEFAULT, 2),
            new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of()))) {
      NodeProto node = write(13, op, 2, weight);
      assertThat(attributes(node)).containsExactly("kernel_shape", "group");
      assertThat(node.getAttribute(0).getIntsList()).containsExactly(3L, 2L);
      assertThat(attributes(write(13, op, 2))).containsExactly("group");
    }
  }

  @Test
  void dilation_of_one_is_none() {
    Window ones = Window.of(List.of(), List.of(1, 1), List.of());
    Window dilated = Window.of(List.of(), List.of(1, 2), List.of());
    assertThat(attributes(write(9, new Op.MaxPool(KERNEL, ones, false, false), 1)))
        .containsExactly("kernel_shape");
    assertThat(attributes(write(10, new Op.MaxPool(KERNEL, ones, false, false), 1)))
        .containsExactly("kernel_shape", "dilations");
    refused(9, new Op.MaxPool(KERNEL, dilated, false, false), 1, "dilation came with opset 10");
    refused(
        18, new Op.AveragePool(KERNEL, dilated, false, false), 1, "dilation came with opset 19");
    refused(26, new Op.MaxUnpool(KERNEL, dilated), 2, "dilation");
  }

  @Test
  void poolings() {
    Op ceil = new Op.MaxPool(KERNEL, Window.DEFAULT, true, false);
    Op columns = new Op.MaxPool(KERNEL, Window.DEFAULT, false, true);
    Op plain = new Op.MaxPool(KERNEL, Window.DEFAULT, false, false);
    refused(9, ceil, 1, "ceil_mode came with opset 10");
    refused(7, columns, 1, "indices came with opset 8");
    refused(7, plain, 1, "indices came with opset 8", "y", "indices");
    assertThat(attributes(write(8, columns, 1))).contains("storage_order");
    assertThat(attributes(write(7, plain, 1))).containsExactly("kernel_shape");
    refused(9, new Op.AveragePool(KERNEL, Window.DEFAULT, true, false), 1, "ceil_mode");
    refused(6, new Op.AveragePool(KERNEL, Window.DEFAULT, false, true), 1, "count_include_pad");
    Window same = new Window(AutoPad.SAME_LOWER, List.of(), List.of(), List.of());
    refused(11, new Op.MaxUnpool(KERNEL, same), 2, "it has no auto_pad");
    refused(8, new Op.MaxUnpool(KERNEL, Window.DEFAULT), 2, "it came with opset 9");
  }

  @Test
  void batch_normalization_trains_by_its_outputs_before_opset_14() {
    Op trains = new Op.BatchNormalization(1e-3f, 0.9f, true);
    Op infers = new Op.BatchNormalization(1e-3f, 0.9f, false);
    String[] five = {"y", "m", "v", "sm", "sv"};
    refused(13, trains, 5, "it trains if it has more than one output, and it has 1");
    refused(13, infers, 5, "it trains if it has more than one output, and it has 5", five);
    refused(6, trains, 5, "training came with opset 7", five);
    assertThat(attributes(write(7, trains, 5, five))).containsExactly("epsilon", "momentum");
    assertThat(attributes(write(13, infers, 5, "y", "", ""))).doesNotContain("training_mode");
    assertThat(attributes(write(6, infers, 5))).contains("is_test");
    assertThat(attributes(write(7, infers, 5))).doesNotContain("is_test");
    assertThat(attributes(write(14, trains, 5))).contains("training_mode");
    assertThat(attributes(write(14, infers, 5))).doesNotContain("training_mode");
  }

  @Test
  void bounds_pads_axes_and_sizes_are_attributes_or_inputs() {
    Op low = new Op.Clip(OptionalDouble.of(0), NONE);
    Op high = new Op.Clip(NONE, OptionalDouble.of(6));
    refused(11, low, 1, "since opset 11 its bounds are an input, not an attribute");
    refused(11, high, 1, "since opset 11 its bounds are an input, not an attribute");
    refused(10, new Op.Clip(NONE, NONE), 3, "before opset 11 its bounds are an attribute");
    assertThat(attributes(write(10, high, 1))).containsExactly("max");

    Optional<List<Long>> pads = Optional.of(List.of(0L, 1L));
    refused(11, pad(pads, NONE), 1, "since opset 11 its pads are an input");
    refused(11, pad(Optional.empty(), OptionalDouble.of(1)), 2, "its value is an input");
    refused(10, pad(Optional.empty(), NONE), 1, "it says no pads");
    refused(10, pad(Optional.empty(), NONE), 2, "before opset 11 its pads are an attribute");
    assertThat(attributes(write(10, pad(pads, NONE), 1))).containsExactly("mode", "pads");
    assertThat(attributes(write(11, pad(Optional.empty(), NONE), 2))).containsExactly("mode");

    var axes = Optional.of(List.of(1));
    refused(12, new Op.Unsqueeze(Optional.empty()), 1, "it says no axes");
    refused(13, new Op.Squeeze(axes), 1, "since opset 13 its axes are an input");
    Op noop = new Op.Reduce(Op.Reduce.Function.SUM, Optional.empty(), true, true);
    refused(12, noop, 1, "noop_with_empty_axes came with opset 13");
    refused(17, new Op.Reduce(Op.Reduce.Function.MAX, Optional.empty(), true, true), 1, "noop");
    refused(9, new Op.Slice(Optional.empty()), 1, "it says no bounds");
    refused(13, new Op.Split(0, Optional.of(List.of(1L))), 1, "its sizes are an input");
    Op drops = new Op.Dropout(OptionalDouble.of(0.5));
    refused(12, drops, 1, "its ratio and mode are an input");
  }

  private static Op pad(Optional<List<Long>> pads, OptionalDouble value) {
    return new Op.Pad(Op.Pad.Mode.CONSTANT, pads, value);
  }

  @Test
  void forms_of_other_opsets() {
    refused(4, new Op.Reshape(false), 2, "a shape that is an input came with opset 5");
    refused(5, new Op.Cast(ElementType.INT8), 1, "a target type that is a number");
    refused(5, new Op.Tile(), 2, "repeats that are one input");
    refused(6, new Op.PRelu(), 2, "a slope that broadcasts");
    refused(14, new Op.ShapeOf(1, Optional.empty()), 1, "a range of axes came with opset 15");
    refused(14, new Op.ShapeOf(0, Optional.of(2)), 1, "a range of axes came with opset 15");
    assertThat(write(14, new Op.ShapeOf(0, Optional.empty()), 1).getAttributeList()).isEmpty();
    NodeProto ranged = write(15, new Op.ShapeOf(0, Optional.of(2)), 1);
    assertThat(attributes(ranged)).containsExactly("end");
    assertThat(attributes(write(18, new Op.Split(0, Optional.empty()), 1, "a", "b")))
        .containsExactly("axis", "num_outputs");
    assertThat(attributes(write(18, new Op.Split(0, Optional.empty()), 2, "a", "b")))
        .containsExactly("axis");
    assertThat(attributes(write(17, new Op.Split(0, Optional.empty()), 1, "a", "b")))
        .containsExactly("axis");
  }

  @Test
  void resizes() {
    String inputs = "opset 10 has the inputs X and scales only";
    refused(11, resize("asymmetric", "floor", true), 2, inputs);
    refused(10, resize("asymmetric", "floor", false), 2, inputs);
    refused(10, resize("half_pixel", "floor", true), 2, "knows only asymmetric coordinates");
    refused(10, resize("asymmetric", "ceil", true), 2, "rounded down");
    assertThat(attributes(write(10, resize("asymmetric", "floor", true), 2)))
        .containsExactly("mode");
    for (Op op :
        List.of(
            resize(true, List.of(), "stretch"),
            resize(false, List.of(2, 3), "stretch"),
            resize(false, List.of(), "not_smaller"))) {
      refused(17, op, 3, "its form came with opset 18");
      assertThat(write(18, op, 3).getAttributeCount()).isEqualTo(6);
    }
  }

  private static Op resize(String coordinates, String nearest, boolean legacy) {
    return new Op.Resize(
        "nearest", coordinates, nearest, -0.75f, false, 0, false, List.of(), "stretch", legacy);
  }

  private static Op resize(boolean antialias, List<Integer> axes, String policy) {
    return new Op.Resize(
        "linear", "half_pixel", "floor", -0.75f, false, 0, antialias, axes, policy, false);
  }

  @Test
  void one_scale_a_channel_came_later_than_one_scale() {
    Op quantize = new Op.QuantizeLinear(1, Optional.empty());
    Map<String, Tensor> one = Map.of("x1", Tensor.ofFloats(new float[] {1}, 1));
    Map<String, Tensor> two = Map.of("x1", Tensor.ofFloats(new float[] {1, 2}, 2));
    assertThat(write(12, quantize, 2, one).getAttributeList()).isEmpty();
    assertThat(attributes(write(13, quantize, 2, two))).containsExactly("axis");
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> write(12, quantize, 2, two))
        .withMessageContaining("QuantizeLinear 'n' cannot be written in opset 12: one scale a");
    refused(12, new Op.DequantizeLinear(0, Optional.empty()), 2, "one scale a channel");
    refused(9, quantize, 2, "it came with opset 10");
    Optional<ElementType> int8 = Optional.of(ElementType.INT8);
    refused(20, new Op.QuantizeLinear(1, int8), 2, "a type beside the zero point's");
    refused(22, new Op.DequantizeLinear(1, int8), 2, "a type beside the scale's");
  }
}
