package io.repfold.onnx;

import static io.repfold.onnx.Attributes.integer;
import static io.repfold.onnx.Attributes.integers;
import static io.repfold.onnx.Attributes.node;
import static io.repfold.onnx.Attributes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A window whose lists contradict each other, the kernel or the opset is never half understood. */
class WindowReadingTest {
  private static final AttributeProto KERNEL = integers("kernel_shape", 3, 2);

  @Test
  void lists_for_different_numbers_of_axes_are_given_no_meaning() {
    opaque(node("Conv", 2, integers("strides", 2, 1), integers("pads", 1, 1)));
    opaque(node("Conv", 2, integers("strides", 2), integers("dilations", 1, 3)));
    opaque(node("Conv", 2, integers("dilations", 2), integers("pads", 0, 1, 0, 1)));
    opaque(node("Conv", 2, integers("pads", 1)));
    opaque(node("Conv", 2, integers("pads", 1, 0, 1)));
    opaque(node("Conv", 2, integers("pads", 1, 0, 1), integers("strides", 1)));
    assertThat(
            read(
                node(
                    "Conv",
                    2,
                    integers("strides", 2, 1),
                    integers("dilations", 1, 3),
                    integers("pads", 1, 0, 2, 3))))
        .isEqualTo(new Op.Conv(Window.of(List.of(2, 1), List.of(1, 3), List.of(1, 0, 2, 3)), 1));
  }

  @Test
  void a_pad_that_cuts_is_given_no_meaning_wherever_it_stands() {
    for (int i = 0; i < 4; i++) {
      long[] pads = {0, 0, 0, 0};
      assertThat(read(node("Conv", 2, integers("pads", pads)))).isInstanceOf(Op.Conv.class);
      pads[i] = -1;
      opaque(node("Conv", 2, integers("pads", pads)));
      opaque(node("MaxPool", 1, KERNEL, integers("pads", pads)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MaxPool", "AveragePool", "MaxUnpool"})
  void a_pooling_has_a_kernel_that_fits_its_lists(String type) {
    int inputs = type.equals("MaxUnpool") ? 2 : 1;
    opaque(node(type, inputs));
    opaque(node(type, inputs, integers("kernel_shape")));
    opaque(node(type, inputs, integers("kernel_shape", 0, 2)));
    opaque(node(type, inputs, integers("kernel_shape", 3, -2)));
    assertThat(read(node(type, inputs, integers("kernel_shape", 1, 1))))
        .isNotInstanceOf(Op.Opaque.class);
    opaque(node(type, inputs, KERNEL, integers("strides", 2)));
    opaque(node(type, inputs, KERNEL, integers("strides", 2, 2, 2)));
    opaque(node(type, inputs, KERNEL, integers("pads", 1, 1)));
    opaque(node(type, inputs, KERNEL, integers("pads", 1, 1, 1, 1, 1, 1)));
    assertThat(
            read(
                node(
                    type, inputs, KERNEL, integers("strides", 2, 1), integers("pads", 1, 0, 2, 1))))
        .isNotInstanceOf(Op.Opaque.class);
    if (inputs == 1) {
      opaque(node(type, 1, KERNEL, integers("dilations", 2)));
      opaque(node(type, 1, KERNEL, integers("dilations", 2, 2, 2)));
      assertThat(read(node(type, 1, KERNEL, integers("dilations", 2, 3))))
          .isNotInstanceOf(Op.Opaque.class);
    } else {
      opaque(node(type, 2, KERNEL, text("auto_pad", "NOTSET")));
    }
  }

  @Test
  void steps_of_nothing_are_refused_with_the_node_and_the_attribute() {
    refused(node("Conv", 2, integers("strides", 1, 0)), "Conv 'n': strides", "[1, 0]");
    refused(node("Conv", 2, integers("dilations", -2, 1)), "Conv 'n': dilations", "[-2, 1]");
    refused(node("MaxPool", 1, KERNEL, integers("strides", 0, 1)), "MaxPool 'n': strides", "got");
    refused(node("ConvTranspose", 2, integer("group", 0)), "'n'", "groups must be at least 1");
    refused(node("SpaceToDepth", 1, integer("blocksize", 0)), "'n'", "blocksize", "got 0");
    refused(node("DepthToSpace", 1, integer("blocksize", -2)), "'n'", "blocksize", "got -2");
  }

  @Test
  void a_block_of_one_pixel_is_a_block() {
    assertThat(read(node("SpaceToDepth", 1, integer("blocksize", 1))))
        .isEqualTo(new Op.SpaceToDepth(1));
    assertThat(read(node("DepthToSpace", 1, integer("blocksize", 1))))
        .isEqualTo(new Op.DepthToSpace(1, false));
  }

  /** Opset 1: SAME_UPPER puts the odd pixel of a ConvTranspose in front; since 11 behind. */
  @Test
  void a_transposed_convolution_that_shares_padding_has_no_meaning_before_opset_11() {
    for (String same : List.of("SAME_UPPER", "SAME_LOWER")) {
      NodeProto node = node("ConvTranspose", 2, text("auto_pad", same), integers("strides", 2, 2));
      Window window = new Window(AutoPad.valueOf(same), List.of(2, 2), List.of(), List.of());
      for (int opset = 1; opset <= Operators.NEWEST; opset++) {
        Op read = read(opset, node);
        if (opset < 11) {
          assertThat(read).as("opset %d", opset).isInstanceOf(Op.Opaque.class);
        } else {
          assertThat(read).isEqualTo(new Op.ConvTranspose(window, 1, List.of(), List.of()));
        }
      }
    }
    NodeProto shaped = node("ConvTranspose", 2, integers("output_shape", 9, 9));
    assertThat(read(10, shaped)).isInstanceOf(Op.Opaque.class);
    assertThat(read(11, shaped))
        .isEqualTo(new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of(9, 9)));
    assertThat(read(10, node("ConvTranspose", 2, text("auto_pad", "NOTSET"))))
        .isInstanceOf(Op.ConvTranspose.class);
  }

  @Test
  void a_resize_has_scales_or_sizes_and_perhaps_a_region() {
    NodeProto both = node("Resize", 4);
    assertThat(read(both.toBuilder().setInput(1, "").setInput(2, "").build()))
        .isInstanceOf(Op.Resize.class);
    assertThat(read(both.toBuilder().setInput(1, "").setInput(3, "").build()))
        .isInstanceOf(Op.Resize.class);
    opaque(both.toBuilder().setInput(2, "").setInput(3, "").build());
  }

  @Test
  void the_pads_beside_a_same_padding_do_not_count() {
    NodeProto node = node("Conv", 2, text("auto_pad", "SAME_LOWER"), integers("pads", 5, 5, 5, 5));
    Window window = ((Op.Conv) read(node)).window();
    assertThat(window.autoPad()).isEqualTo(AutoPad.SAME_LOWER);
    assertThat(window.padBegin(0) + window.padEnd(1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Conv", "ConvTranspose"})
  void a_kernel_size_that_is_not_the_weight_s_is_given_no_meaning(String type) {
    assertThat(weighted(type, 3, 2)).isNotInstanceOf(Op.Opaque.class);
    assertThat(weighted(type)).isInstanceOf(Op.Opaque.class);
    assertThat(weighted(type, 2, 3)).isInstanceOf(Op.Opaque.class);
    assertThat(weighted(type, 3)).isInstanceOf(Op.Opaque.class);
    assertThat(weighted(type, 3, 2, 1)).isInstanceOf(Op.Opaque.class);
  }

  /** With a weight of 3 x 2. */
  private static Op weighted(String type, long... kernel) {
    NodeProto node = node(type, 2, integers("kernel_shape", kernel));
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(ValueInfos.write(Value.float32("x0", 1, 3, 8, 8)))
            .addInitializer(TensorWriter.write("x1", Tensor.ofFloats(new float[18], 3, 1, 3, 2)))
            .addNode(node);
    byte[] bytes = TestModels.around(13, graph).toByteArray();
    return OnnxModel.read("m", bytes).graph().nodes().get(0).op();
  }

  private static byte[] bytes(int opset, NodeProto node) {
    return TestModels.model(opset, node).toByteArray();
  }

  private static Op read(int opset, NodeProto node) {
    return OnnxModel.read("m", bytes(opset, node)).graph().nodes().get(0).op();
  }

  /** In an opset in which every pooling dilates. */
  private static Op read(NodeProto node) {
    return read(19, node);
  }

  private static void opaque(NodeProto node) {
    assertThat(read(node)).as("%s", node).isInstanceOf(Op.Opaque.class);
  }

  private static void refused(NodeProto node, String... because) {
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> read(node))
        .withMessageContainingAll(because);
  }
}
