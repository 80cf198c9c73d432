package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private final GraphBuilder b = new GraphBuilder("test", WeightSource.he(1));
  private final String x = b.input("x", 2, 4, 6, 8);

  private int[] dims(String value) {
    b.output(value);
    Map<String, NdArray> inputs = Map.of("x", NdArray.of(new double[2 * 4 * 6 * 8], 2, 4, 6, 8));
    Collection<NdArray> outputs = new Interpreter(b.build()).run(inputs).values();
    return outputs.iterator().next().dims();
  }

  @Test
  void values_and_parameters_are_named_after_scope_and_op() {
    GraphBuilder block = b.scope("stage1").scope("0");
    assertThat(block.convBn(x, 8, Kernel.of(3), 1)).isEqualTo("stage1.0.bn");
    assertThat(block.convBn(x, 8, Kernel.of(3), 1)).isEqualTo("stage1.0.bn_2");
    assertThat(block.named("logits").biasedConv(x, 8, Kernel.of(1), 2))
        .isEqualTo("stage1.0.logits");
    assertThat(b.build().initializers().keySet())
        .startsWith("stage1.0.conv.weight", "stage1.0.bn.weight", "stage1.0.bn.bias")
        .endsWith("stage1.0.logits.weight", "stage1.0.logits.bias");
    assertThat(b.build().nodes().get(2).name()).isEqualTo("stage1.0.conv_2");
  }

  @Test
  void a_name_that_was_asked_for_is_given_once() {
    b.named("y").relu(x);
    assertThatThrownBy(() -> b.named("y").relu(x)).hasMessage("There is a value 'y' already");
    assertThatThrownBy(() -> b.input("x", 1)).hasMessage("There is a value 'x' already");
  }

  @Test
  void channels_are_kept_count_of() {
    String y = b.concat(List.of(b.relu(x), b.conv(x, 6, Kernel.of(1), 2)));
    assertThat(b.channels(b.maxPool(b.batchNorm(y), Kernel.of(3), false))).isEqualTo(10);
    assertThatThrownBy(() -> b.channels("z")).hasMessage("'z' is no value of this graph yet");
    assertThatThrownBy(() -> b.linear(b.flatten(x), 5))
        .hasMessage("The channels of 'flatten' are not known here; give them");
    assertThatThrownBy(() -> b.conv(x, 6, Kernel.of(1), 4))
        .hasMessage("Conv 'conv_2': 4 input and 6 output channels cannot be split into 4 groups");
    assertThatThrownBy(() -> b.add(List.of(x, y)))
        .hasMessage("Cannot add 'concat' with 10 channels to 'x' with 4");
  }

  @Test
  void an_input_may_leave_all_but_its_channels_open() {
    Dim any = new Dim.Symbol("N");
    String open = b.input("open", new Shape(List.of(any, Dim.of(3), Dim.unknown(), Dim.unknown())));
    assertThat(b.channels(open)).isEqualTo(3);
    String unknown = b.input("unknown", new Shape(List.of(any, any)));
    assertThatThrownBy(() -> b.batchNorm(unknown)).hasMessageContaining("'unknown' are not known");
  }

  @Test
  void a_classifier_computes() {
    String y = b.relu(b.convBn(x, 8, Kernel.of(3).withStride(2), 2));
    String pooled = b.flatten(b.globalAveragePool(b.add(List.of(y, b.identity(y), y))));
    assertThat(dims(b.named("logits").linear(pooled, 5))).containsExactly(2, 5);
    assertThat(b.build().outputs())
        .containsExactly(new Value("logits", Optional.of(ElementType.FLOAT), Optional.empty()));
    assertThat(b.build().opset()).isEqualTo(17);
  }

  @Test
  void pads_and_cuts_change_the_size() {
    assertThat(dims(b.crop(b.pad(x, 1, 2, 3, 4), 0, 5, 1, 0))).containsExactly(2, 4, 9, 9);
  }

  @Test
  void pools_change_the_size() {
    String y = b.averagePool(x, Kernel.of(2).withStride(2).withoutPads(), true);
    assertThat(dims(b.maxPool(y, Kernel.of(3).withStride(2), false))).containsExactly(2, 4, 2, 2);
    assertThatThrownBy(() -> b.averagePool(x, Kernel.of(2).withDilation(2), true))
        .hasMessageStartingWith("AveragePool of 'x': opset 17 has no dilation, got 2x2");
  }

  @Test
  void dropout_is_a_ratio_and_no_parameter() {
    String y = b.named("drop").dropout(x, 0.25);
    b.output(y);
    Graph graph = b.build();
    assertThat(graph.initializers()).isEmpty();
    assertThat(graph.constant("drop.ratio").orElseThrow().toDoubles()).containsExactly(0.25);
    assertThat(dims(y)).containsExactly(2, 4, 6, 8);
    assertThatThrownBy(() -> b.dropout(x, 1))
        .hasMessage("Dropout of 'x': the ratio must be in [0, 1), got 1.0");
  }

  @Test
  void resizing_is_by_factors_or_to_another_size() {
    String small = b.resize(x, "linear", "half_pixel", 0.5f, 0.25f);
    String like = b.resizeLike(small, x, "nearest", "asymmetric");
    String both = b.concat(List.of(x, like));
    assertThat(dims(both)).containsExactly(2, 8, 6, 8);
    b.output(both);
    assertThat(b.build().initializers().values()).noneMatch(tensor -> tensor.type().isFloat());
  }

  @Test
  void given_weights_are_taken_as_they_are() {
    Tensor weight = Tensor.ofFloats(new float[] {2}, 1, 1, 1, 1);
    Tensor bias = Tensor.ofFloats(new float[] {3}, 1);
    String gray = b.input("gray", 1, 1, 1, 1);
    String y = b.conv(gray, weight, Optional.of(bias), Window.DEFAULT, 1);
    Graph graph = b.build();
    assertThat(graph.initializers()).containsEntry("conv.weight", weight);
    assertThat(graph.producer(y).orElseThrow().inputs())
        .containsExactly("gray", "conv.weight", "conv.bias");
  }

  @Test
  void what_has_no_word_is_an_op() {
    String y = b.op("softmax", new Op.Softmax(1, false), List.of(x), 4);
    String best = b.op("argmax", new Op.ArgMax(1, true, false), List.of(y), 1);
    b.output(best, ElementType.INT64);
    assertThat(b.build().outputs().get(0).type()).contains(ElementType.INT64);
    assertThatThrownBy(() -> b.output("z")).hasMessage("Output 'z' is no value of this graph yet");
  }

  @Test
  void fixed_numbers_are_constants_and_learnt_ones_initializers() {
    String fixed = b.constant(Tensor.ofFloats(new float[] {1, 2, 3, 4}, 1, 4, 1, 1));
    String learnt = b.parameter("scale", WeightSource.Role.GAMMA, 4, 1, 1);
    b.binary(Op.Binary.Function.MUL, b.binary(Op.Binary.Function.ADD, x, fixed), learnt);
    assertThat(b.build().initializers()).containsOnlyKeys("scale");
    assertThat(b.build().constant("constant")).isPresent();
  }

  @Test
  void epsilon_and_element_type_are_the_authors() {
    GraphBuilder halves = new GraphBuilder("h", WeightSource.random(1), ElementType.FLOAT16);
    halves.withEpsilon(1e-3f).scope("s").batchNorm(halves.input("x", 1, 2, 3, 4));
    Graph graph = halves.build();
    assertThat(graph.inputs().get(0).type()).contains(ElementType.FLOAT16);
    assertThat(graph.initializers().get("s.bn.bias").type()).isEqualTo(ElementType.FLOAT16);
    assertThat(graph.nodes().get(0).op()).isEqualTo(new Op.BatchNormalization(1e-3f, 0.9f, false));
    assertThatThrownBy(() -> new GraphBuilder("i", WeightSource.he(1), ElementType.INT8))
        .hasMessage("Graph 'i' cannot be built of INT8");
  }
}
