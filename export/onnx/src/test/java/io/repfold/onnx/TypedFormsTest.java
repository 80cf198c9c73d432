package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the typed writer writes, the reader understands; what an opset cannot say is refused. */
class TypedFormsTest {
  private static final int OLDEST = 6;
  private static final int NEWEST = IrVersions.NEWEST_OPSET;

  /**
   * An op with as many inputs and outputs as it takes in these opsets.
   *
   * @param refused whether the writer must refuse it in the other opsets; else it is legal there
   *     and reads back as a form of its own
   */
  record Form(Op op, int inputs, int outputs, int from, int to, boolean refused) {
    static Form of(Op op, int inputs) {
      return new Form(op, inputs, 1, OLDEST, NEWEST, true);
    }

    Form outputs(int count) {
      return new Form(op, inputs, count, from, to, refused);
    }

    Form since(int opset) {
      return new Form(op, inputs, outputs, opset, to, refused);
    }

    Form before(int opset) {
      return new Form(op, inputs, outputs, from, opset - 1, refused);
    }

    Form otherwiseAnotherForm() {
      return new Form(op, inputs, outputs, from, to, false);
    }

    @Override
    public String toString() {
      return "%s, %d inputs, opset %d to %d".formatted(op, inputs, from, to);
    }
  }

  private static final Window SHAPED = Window.of(List.of(2, 1), List.of(), List.of(1, 0, 1, 2));
  private static final Window DILATED =
      Window.of(List.of(2, 1), List.of(3, 2), List.of(1, 0, 1, 2));
  private static final Window SAME =
      new Window(AutoPad.SAME_LOWER, List.of(2, 1), List.of(), List.of());
  private static final List<Integer> KERNEL = List.of(3, 2);
  private static final OptionalDouble NONE = OptionalDouble.empty();

  static List<Form> forms() {
    List<Form> forms = new ArrayList<>();
    forms.addAll(windows());
    forms.addAll(elementwise());
    forms.addAll(shapes());
    forms.addAll(others());
    return forms;
  }

  private static List<Form> windows() {
    return List.of(
        Form.of(new Op.Conv(Window.DEFAULT, 1), 2),
        Form.of(new Op.Conv(DILATED, 4), 3),
        Form.of(new Op.Conv(SAME, 2), 3),
        Form.of(new Op.ConvTranspose(DILATED, 2, List.of(1, 0), List.of()), 3),
        Form.of(new Op.ConvTranspose(SAME, 1, List.of(), List.of()), 2).since(11),
        Form.of(new Op.ConvTranspose(DILATED, 1, List.of(), List.of(7, 9)), 2).since(11),
        Form.of(new Op.BatchNormalization(1e-3f, 0.7f, false), 5),
        Form.of(new Op.BatchNormalization(1e-3f, 0.7f, true), 5)
            .outputs(3)
            .since(14)
            .otherwiseAnotherForm(),
        Form.of(new Op.BatchNormalization(1e-3f, 0.7f, true), 5)
            .outputs(5)
            .since(7)
            .before(14)
            .otherwiseAnotherForm(),
        Form.of(new Op.MaxPool(KERNEL, SHAPED, false, false), 1),
        Form.of(new Op.MaxPool(KERNEL, SAME, false, true), 1).outputs(2).since(8),
        Form.of(new Op.MaxPool(KERNEL, DILATED, true, false), 1).since(10),
        Form.of(new Op.MaxUnpool(KERNEL, SHAPED), 3).since(9),
        Form.of(new Op.AveragePool(KERNEL, SHAPED, false, false), 1),
        Form.of(new Op.AveragePool(KERNEL, SAME, false, true), 1).since(7),
        Form.of(new Op.AveragePool(KERNEL, SHAPED, true, true), 1).since(10),
        Form.of(new Op.AveragePool(KERNEL, DILATED, true, true), 1).since(19),
        Form.of(new Op.GlobalAveragePool(), 1),
        Form.of(resize("asymmetric", "floor", true), 2).since(10).before(11),
        Form.of(resize("half_pixel", "round_prefer_ceil", false), 3).since(11),
        Form.of(
                new Op.Resize(
                    "cubic",
                    "align_corners",
                    "ceil",
                    -0.5f,
                    true,
                    2,
                    true,
                    List.of(2, 3),
                    "not_larger",
                    false),
                4)
            .since(18),
        Form.of(new Op.DepthToSpace(2, false), 1),
        Form.of(new Op.DepthToSpace(2, true), 1).since(11),
        Form.of(new Op.SpaceToDepth(3), 1));
  }

  private static Op resize(String coordinates, String nearest, boolean legacy) {
    return new Op.Resize(
        "linear", coordinates, nearest, -0.75f, false, 0, false, List.of(), "stretch", legacy);
  }

  private static List<Form> elementwise() {
    List<Form> forms = new ArrayList<>();
    for (Op.Unary.Function f : Op.Unary.Function.values()) {
      int since =
          switch (f) {
            case MISH -> 18;
            case HARD_SWISH -> 14;
            case ERF -> 9;
            default -> OLDEST;
          };
      forms.add(Form.of(new Op.Unary(f), 1).since(since));
    }
    for (Op.Binary.Function f : Op.Binary.Function.values()) {
      forms.add(
          Form.of(new Op.Binary(f), 2)
              .since(f.type().endsWith("Equal") && f != Op.Binary.Function.EQUAL ? 12 : OLDEST));
    }
    for (Op.Variadic.Function f : Op.Variadic.Function.values()) {
      forms.add(Form.of(new Op.Variadic(f), 1));
      forms.add(Form.of(new Op.Variadic(f), 3));
    }
    OptionalDouble six = OptionalDouble.of(6);
    forms.addAll(
        List.of(
            Form.of(new Op.LeakyRelu(0.3f), 1),
            Form.of(new Op.Elu(0.3f), 1),
            Form.of(new Op.Gelu(false), 1).since(20),
            Form.of(new Op.Gelu(true), 1).since(20),
            Form.of(new Op.Selu(1.5f, 0.9f), 1),
            Form.of(new Op.Celu(0.3f), 1).since(12),
            Form.of(new Op.ThresholdedRelu(0.3f), 1).since(10),
            Form.of(new Op.LogSoftmax(2, true), 1).before(13),
            Form.of(new Op.LogSoftmax(-1, false), 1).since(13),
            Form.of(new Op.Hardmax(2, true), 1).before(13),
            Form.of(new Op.Hardmax(-1, false), 1).since(13),
            Form.of(new Op.LayerNormalization(-2, 0.1f), 2).since(17),
            Form.of(new Op.LayerNormalization(1, 0.1f), 3).since(17),
            Form.of(new Op.InstanceNormalization(0.1f), 3),
            Form.of(new Op.GroupNormalization(2, 0.1f, true), 3).since(18).before(21),
            Form.of(new Op.GroupNormalization(2, 0.1f, false), 3).since(21),
            Form.of(new Op.LpNormalization(1, 1), 1),
            Form.of(new Op.TopK(-2, true, true), 2).outputs(2).since(10),
            Form.of(new Op.TopK(-2, false, true), 2).outputs(2).since(11),
            Form.of(new Op.TopK(-2, true, false), 2).outputs(2).since(11),
            Form.of(new Op.CumSum(true, false), 2).since(11),
            Form.of(new Op.CumSum(false, true), 2).since(11),
            Form.of(new Op.PRelu(), 2).since(7),
            Form.of(new Op.HardSigmoid(0.25f, 0.4f), 1),
            Form.of(new Op.Clip(OptionalDouble.of(-1), six), 1).before(11),
            Form.of(new Op.Clip(NONE, NONE), 3).since(11),
            Form.of(new Op.Softmax(2, true), 1).before(13),
            Form.of(new Op.Softmax(-1, false), 1).since(13),
            Form.of(new Op.Dropout(OptionalDouble.of(0.25f)), 1).before(12),
            Form.of(new Op.Dropout(NONE), 3).outputs(2).since(12),
            Form.of(new Op.Identity(), 1),
            Form.of(new Op.Where(), 3).since(9),
            Form.of(new Op.MatMul(), 2),
            Form.of(new Op.Einsum("ij, jk"), 2).since(12),
            Form.of(new Op.Einsum("...i,j,ii->...j"), 3).since(12),
            Form.of(new Op.Gemm(0.5f, 2, true, false), 3),
            Form.of(new Op.Gemm(1, 1, false, true), 2).since(11)));
    return forms;
  }

  private static List<Form> shapes() {
    List<Form> forms = new ArrayList<>();
    for (Op.Reduce.Function f : Op.Reduce.Function.values()) {
      int input = f == Op.Reduce.Function.SUM ? 13 : 18;
      var axes = Optional.of(List.of(2, -1));
      forms.add(Form.of(new Op.Reduce(f, axes, false, false), 1).before(input));
      forms.add(Form.of(new Op.Reduce(f, Optional.empty(), true, false), 1));
      forms.add(Form.of(new Op.Reduce(f, Optional.empty(), true, true), 2).since(input));
    }
    var axes = Optional.of(List.of(0, 3));
    var bounds = new Op.Slice.Bounds(List.of(0L, 1L), List.of(5L, -1L), List.of(1, 2));
    var pads = Optional.of(List.of(0L, 1L, -1L, 3L));
    for (Op.Pad.Mode mode : Op.Pad.Mode.values()) {
      boolean wraps = mode == Op.Pad.Mode.WRAP;
      forms.add(Form.of(new Op.Pad(mode, Optional.empty(), NONE), 3).since(wraps ? 19 : 11));
      if (!wraps) {
        forms.add(Form.of(new Op.Pad(mode, pads, OptionalDouble.of(1.5)), 1).before(11));
      }
    }
    forms.addAll(
        List.of(
            Form.of(new Op.Concat(-1), 1),
            Form.of(new Op.Concat(1), 3),
            Form.of(new Op.Flatten(2), 1),
            Form.of(new Op.Reshape(false), 2),
            Form.of(new Op.Reshape(true), 2).since(14),
            Form.of(new Op.Transpose(List.of()), 1),
            Form.of(new Op.Transpose(List.of(0, 2, 1)), 1),
            Form.of(new Op.Slice(Optional.of(bounds)), 1).before(10),
            Form.of(new Op.Slice(Optional.empty()), 5).since(10),
            Form.of(new Op.Squeeze(axes), 1).before(13),
            Form.of(new Op.Squeeze(Optional.empty()), 1),
            Form.of(new Op.Squeeze(Optional.empty()), 2).since(13),
            Form.of(new Op.Unsqueeze(axes), 1).before(13),
            Form.of(new Op.Unsqueeze(Optional.empty()), 2).since(13),
            Form.of(new Op.Expand(), 2).since(8),
            Form.of(new Op.Tile(), 2),
            Form.of(new Op.Split(1, Optional.of(List.of(3L, 4L))), 1).outputs(2).before(13),
            Form.of(new Op.Split(1, Optional.empty()), 1).outputs(3),
            Form.of(new Op.Split(-1, Optional.empty()), 2).outputs(3).since(13),
            Form.of(new Op.ArgMax(1, false, false), 1),
            Form.of(new Op.ArgMax(1, true, true), 1).since(12),
            Form.of(new Op.ShapeOf(0, Optional.empty()), 1),
            Form.of(new Op.ShapeOf(1, Optional.of(-1)), 1).since(15),
            Form.of(new Op.Size(), 1)));
    return forms;
  }

  private static List<Form> others() {
    return List.of(
        Form.of(new Op.Cast(ElementType.FLOAT16), 1),
        Form.of(new Op.Constant(Tensor.ofFloats(new float[] {1, 2, 3}, 3, 1)), 0),
        Form.of(new Op.Constant(Tensor.ofStrings(List.of("a".getBytes(UTF_8)), 1)), 0),
        Form.of(new Op.ConstantOfShape(Tensor.ofLongs(new long[] {7}, 1)), 1).since(9),
        Form.of(new Op.Gather(-2), 2),
        Form.of(new Op.ScatterND(), 3).since(11),
        Form.of(new Op.Range(), 3).since(11),
        Form.of(new Op.QuantizeLinear(1, Optional.empty()), 3).since(10),
        Form.of(new Op.QuantizeLinear(-2, Optional.empty()), 3).since(13),
        Form.of(new Op.QuantizeLinear(1, Optional.of(ElementType.INT8)), 2).since(21),
        Form.of(new Op.DequantizeLinear(1, Optional.empty()), 3).since(10),
        Form.of(new Op.DequantizeLinear(0, Optional.empty()), 2).since(13),
        Form.of(new Op.DequantizeLinear(1, Optional.of(ElementType.FLOAT16)), 3).since(23),
        Form.of(opaque(), 2).outputs(2));
  }

  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  private static Op opaque() {
    var attributes =
        new HashMap<String, Object>(Map.of("i", 3L, "f", 0.5f, "s", "text", "is", List.of(1L, 2L)));
    attributes.put("fs", List.of(0.5f));
    attributes.put("ss", List.of("a", "b"));
    attributes.put("t", Tensor.ofFloats(new float[] {1}));
    return new Op.Opaque("some.domain", "Thing", attributes, List.of());
  }

  @ParameterizedTest
  @MethodSource("forms")
  void a_typed_node_reads_back_as_it_was(Form form) {
    for (int opset = OLDEST; opset <= NEWEST; opset++) {
      Graph graph = graphOf(form, opset);
      OnnxModel model = OnnxModel.of(graph);
      if (opset >= form.from() && opset <= form.to()) {
        Graph read = OnnxModel.read("typed", model.toBytes()).graph();
        assertThat(read).as("%s in opset %d", form, opset).isEqualTo(graph);
      } else if (form.refused()) {
        assertThatExceptionOfType(OnnxFormatException.class)
            .as("%s in opset %d", form, opset)
            .isThrownBy(model::toBytes)
            .withMessageContaining("'the node' cannot be written in opset " + opset);
      }
    }
  }

  static Graph graphOf(Form form, int opset) {
    Graph.Builder graph = new Graph.Builder("one node").opset("", opset).opset("some.domain", 1);
    List<String> inputs = IntStream.range(0, form.inputs()).mapToObj(i -> "in" + i).toList();
    List<String> outputs = IntStream.range(0, form.outputs()).mapToObj(i -> "out" + i).toList();
    inputs.forEach(name -> graph.input(Value.float32(name, 1, 2, 3, 4)));
    outputs.forEach(name -> graph.output(Value.float32(name, 1, 2, 3, 4)));
    return graph.node(new Node("the node", form.op(), inputs, outputs)).build();
  }

  @Test
  void every_op_is_among_the_forms() {
    Set<Class<?>> seen = new HashSet<>();
    forms().forEach(f -> seen.add(f.op().getClass()));
    assertThat(seen).containsAll(Arrays.asList(Op.class.getPermittedSubclasses()));
  }

  @Test
  void the_kernel_size_of_a_constant_weight_is_written_and_follows_it() {
    Graph.Builder graph = new Graph.Builder("conv").input(Value.float32("x", 1, 1, 9, 9));
    graph.initializer("w", Tensor.ofFloats(new float[6], 1, 1, 3, 2));
    graph.node(new Op.Conv(Window.DEFAULT, 1), List.of("x", "w"), "y");
    OnnxModel read = OnnxModel.read("conv", OnnxModel.of(graph.build()).toBytes());
    Graph other =
        read.graph().toBuilder()
            .replaceInitializers(Map.of("w", Tensor.ofFloats(new float[25], 1, 1, 5, 5)))
            .build();
    OnnxModel again = OnnxModel.read("other", read.withGraph(other).toBytes());
    assertThat(again.graph().nodes().get(0).op()).isInstanceOf(Op.Conv.class);
    assertThat(
            again.source().unchanged(again.graph().nodes().get(0)).orElseThrow().getAttributeList())
        .filteredOn(a -> a.getName().equals("kernel_shape"))
        .singleElement()
        .satisfies(a -> assertThat(a.getIntsList()).containsExactly(5L, 5L));
  }
}
