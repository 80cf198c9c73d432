package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import io.repfold.kit.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that pass their input on go; those that only look like it stay. */
class NoOpsTest {
  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
  private final String x = b.input("x", Shapes.anyImages(4));

  /** Between two nodes that stay. */
  private Verified between(Op op, String... constants) {
    String y = b.relu(x);
    List<String> inputs = new java.util.ArrayList<>(List.of(y));
    inputs.addAll(List.of(constants));
    b.output(b.unary(Op.Unary.Function.SIGMOID, b.op("op", op, inputs, 4)));
    return Verified.fold(b);
  }

  private String real(String word, double value, long... dims) {
    return b.initializer(word, Tensors.filled(ElementType.DOUBLE, value, dims));
  }

  private String longs(String word, long... values) {
    return b.initializer(word, Tensors.longs(values));
  }

  @ParameterizedTest
  @CsvSource({"ADD, 0", "SUB, 0", "MUL, 1", "DIV, 1"})
  void neutral_numbers(Op.Binary.Function function, double neutral) {
    between(new Op.Binary(function), real("c", neutral)).becomes("Relu", "Sigmoid");
  }

  @ParameterizedTest
  @CsvSource({"ADD, 1e-300", "SUB, 1", "MUL, 0.9999999", "MUL, -1", "DIV, -1", "POW, 1"})
  void other_numbers_stay(Op.Binary.Function function, double number) {
    between(new Op.Binary(function), real("c", number)).becomes("Relu", function.type(), "Sigmoid");
  }

  @Test
  void a_neutral_number_that_broadcasts_the_image_stays() {
    between(new Op.Binary(Op.Binary.Function.ADD), real("c", 0, 3, 1, 1, 1, 1))
        .becomes("Relu", "Add", "Sigmoid");
  }

  @Test
  void a_neutral_number_a_channel() {
    between(new Op.Binary(Op.Binary.Function.MUL), real("c", 1, 4, 1, 1))
        .becomes("Relu", "Sigmoid");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 0.5, true",
    "1, 2, 2, 0.5, true",
    "2, 0, 0, 3.5, true",
    "1, 2, 0, 0.5, false"
  })
  void a_norm_that_scales_by_1_and_shifts_by_0(
      double gamma, double beta, double mean, double variance, boolean goes) {
    String[] parameters = {
      real("gamma", gamma, 4),
      real("beta", beta, 4),
      real("mean", mean, 4),
      real("variance", variance, 4)
    };
    between(new Op.BatchNormalization(0.5f, 0.9f, false), parameters)
        .becomes(
            goes
                ? new String[] {"Relu", "Sigmoid"}
                : new String[] {"Relu", "BatchNormalization", "Sigmoid"});
  }

  @Test
  void a_cast_to_the_type_that_is_there() {
    between(new Op.Cast(ElementType.DOUBLE)).becomes("Relu", "Sigmoid");
  }

  @Test
  void a_cast_to_another_type_stays() {
    b.output(b.op("op", new Op.Cast(ElementType.FLOAT), List.of(b.relu(x)), 4), ElementType.FLOAT);
    Verified.fold(b).becomes("Relu", "Cast");
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void dropout(long training, boolean goes) {
    String ratio = real("ratio", 0.5);
    String mode =
        b.initializer(
            "mode", Tensor.ofDoubles(ElementType.BOOL, new double[] {training}, new long[0]));
    b.output(
        b.relu(b.op("op", new Op.Dropout(OptionalDouble.empty()), List.of(x, ratio, mode), 4)));
    Folder.Result result = Folder.fold(b.build());
    assertThat(result.graph().nodes()).hasSize(goes ? 1 : 2);
  }

  @ParameterizedTest
  @CsvSource({"0;0;0;0;0;0;0;0, true", "0;0;0;0;0;0;0;1, false", "0;0;1;0;0;0;-1;0, false"})
  void pads_of_nothing(String pads, boolean goes) {
    long[] amounts =
        java.util.Arrays.stream(pads.split(";", -1)).mapToLong(Long::parseLong).toArray();
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    Verified verified = between(pad, longs("pads", amounts));
    verified.becomes(
        goes ? new String[] {"Relu", "Sigmoid"} : new String[] {"Relu", "Pad", "Sigmoid"});
  }

  @Test
  void equal_pads_are_made_once() {
    String y = b.relu(x);
    String left = b.relu(b.pad(y, 1, 1, 1, 1));
    String right = b.unary(Op.Unary.Function.SIGMOID, b.pad(y, 1, 1, 1, 1));
    b.output(b.add(List.of(left, right)));
    Verified.fold(b).becomes("Relu", "Pad", "Relu", "Sigmoid", "Add");
  }

  @Test
  void a_transposition_that_keeps_the_order() {
    between(new Op.Transpose(List.of(0, 1, 2, 3))).becomes("Relu", "Sigmoid");
  }

  @Test
  void a_transposition_of_equal_axes_stays() {
    between(new Op.Transpose(List.of(0, 1, 3, 2))).becomes("Relu", "Transpose", "Sigmoid");
  }

  @Test
  void a_reshape_to_the_shape_that_is_there() {
    between(new Op.Reshape(false), longs("shape", 0, 4, 0, -1)).becomes("Relu", "Sigmoid");
  }

  @Test
  void a_reshape_to_another_shape_stays() {
    between(new Op.Reshape(false), longs("shape", 0, -1, 0, 1))
        .becomes("Relu", "Reshape", "Sigmoid");
  }

  @Test
  void a_slice_of_everything() {
    between(
            new Op.Slice(Optional.empty()),
            longs("s", 0),
            longs("e", Long.MAX_VALUE),
            longs("a", 2))
        .becomes("Relu", "Sigmoid");
  }

  @Test
  void a_slice_of_everything_backwards_stays() {
    between(
            new Op.Slice(Optional.empty()),
            longs("s", -1),
            longs("e", Long.MIN_VALUE),
            longs("a", 2),
            longs("t", -1))
        .becomes("Relu", "Slice", "Sigmoid");
  }

  @Test
  void a_concat_of_one() {
    between(new Op.Concat(1)).becomes("Relu", "Sigmoid");
  }

  @Test
  void an_identity_between_input_and_output_stays() {
    b.output(b.identity(x));
    Verified.fold(b).becomes("Identity");
  }

  @Test
  void outputs_keep_their_names_when_an_identity_goes() {
    String y = b.conv(x, 4, Kernel.of(3), 1);
    String named = b.named("out").identity(y);
    b.output(named);
    Verified.fold(b).becomes("Conv");
  }

  @Test
  void one_value_under_two_output_names_keeps_one_identity() {
    String y = b.relu(x);
    b.output(b.named("first").identity(y));
    b.output(b.named("second").identity(y));
    b.output(b.named("third").identity("second"));
    Verified verified = Verified.fold(b).becomes("Relu", "Identity", "Identity");
    assertThat(verified.graph().outputs())
        .extracting(v -> v.name())
        .containsExactly("first", "second", "third");
  }

  @Test
  void what_a_subgraph_reads_keeps_its_name() {
    String y = b.identity(b.relu(x));
    Op branch = new Op.Opaque("", "If", java.util.Map.of(), List.of(y));
    b.output(b.op("if", branch, List.of(b.input("condition", 1)), 0));
    Folder.Result result = Folder.fold(b.build());
    assertThat(result.graph().producer(y)).isPresent();
  }
}
