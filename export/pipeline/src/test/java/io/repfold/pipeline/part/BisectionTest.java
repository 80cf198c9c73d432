package io.repfold.pipeline.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.Tolerance;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.ResidualNet;
import io.repfold.kit.Values;
import io.repfold.kit.Weights;
import io.repfold.numpy.Npz;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A planted fault is named, by itself, whatever it is. */
class BisectionTest {
  private static final Graph NET = ResidualNet.of(6);

  @TempDir private Path folder;

  private Path part() {
    return folder.resolve("part");
  }

  private Bisection bisect(Graph reference, Graph candidate) {
    return bisect(reference, candidate, new Tolerance(1e-4, 0), InputValues.NONE);
  }

  private Bisection bisect(
      Graph reference, Graph candidate, Tolerance tolerance, InputValues values) {
    Path one = folder.resolve("reference.onnx");
    Path other = folder.resolve("candidate.onnx");
    OnnxModel.of(reference).write(one);
    OnnxModel.of(candidate).write(other);
    return Bisection.run(
        one,
        other,
        values.in(SampleSource.random(Map.of(), 2, 5)),
        values,
        tolerance,
        part(),
        Steps.UNHEARD);
  }

  private static Op conv(int dilation, Integer... pads) {
    return new Op.Conv(Window.of(List.of(), List.of(dilation, dilation), List.of(pads)), 1);
  }

  private static Graph wrong(Graph graph, String weight) {
    return Weights.changed(graph, weight, (i, v) -> i % 4 == 0 ? v + 2 : v);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("a weight", wrong(NET, "b3.conv2.weight"), "b3.conv2", "b3.relu"),
        Arguments.of("a bias", wrong(NET, "b2.conv1.bias"), "b2.conv1", "b1.out"),
        Arguments.of("the first layer", wrong(NET, "b0.conv1.weight"), "b0.conv1", "x"),
        Arguments.of(
            "an epsilon",
            ResidualNet.replaced(NET, "b4.bn1", new Op.BatchNormalization(1f, 0.9f, false)),
            "b4.bn1",
            "b4.conv1"),
        Arguments.of(
            "pads",
            ResidualNet.replaced(NET, "b4.conv2", conv(1, 0, 0, 2, 2)),
            "b4.conv2",
            "b4.relu"),
        Arguments.of(
            "a dilation",
            ResidualNet.replaced(NET, "b1.conv1", conv(2, 2, 2, 2, 2)),
            "b1.conv1",
            "b0.out"),
        Arguments.of(
            "an op",
            ResidualNet.replaced(NET, "b5.relu", new Op.Unary(Op.Unary.Function.SIGMOID)),
            "b5.relu",
            "b5.bn1"),
        Arguments.of("NaN", Weights.filled(NET, "b2.bn2.beta", Double.NaN), "b2.bn2", "b2.conv2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void the_layer_of_a_fault_is_named(String what, Graph candidate, String to, String from) {
    Bisection found = bisect(NET, candidate);

    Fault fault = found.fault().orElseThrow();
    assertThat(fault.to()).isEqualTo(to);
    assertThat(fault.from()).containsExactly(from);
    assertThat(fault.referenceNodes()).hasSize(1).first().asString().contains("'" + to + "'");
    assertThat(fault.candidateNodes()).hasSize(1);
    assertThat(fault.restDiffers()).isFalse();
    assertThat(found.text().get(0)).contains("'" + to + "' from '" + from + "'");
  }

  @Test
  void the_written_parts_differ_on_the_written_inputs() throws IOException {
    bisect(NET, wrong(NET, "b3.conv2.weight"));

    try (Stream<Path> files = Files.list(part())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "reference-part.onnx", "candidate-part.onnx", "inputs.npz", "bisection.json");
    }
    Map<String, HostTensor> inputs = Npz.read(part().resolve("inputs.npz"));
    assertThat(inputs.keySet()).containsExactly("b3.relu");
    double[] expected = run(part().resolve("reference-part.onnx"), inputs, "b3.conv2");
    double[] found = run(part().resolve("candidate-part.onnx"), inputs, "b3.conv2");
    assertThat(expected).hasSameSizeAs(found).isNotEqualTo(found);
    assertThat(Files.readString(part().resolve("bisection.json")))
        .contains(
            "\"to\" : \"b3.conv2\"", "\"b3.relu\"", "\"maxAbsError\"", "\"restDiffers\" : false");
    assertThat(OnnxModel.read(part().resolve("candidate-part.onnx")).graph().inputs())
        .containsExactly(Value.float32("b3.relu", 1, 4, 6, 5));
  }

  private static double[] run(Path model, Map<String, HostTensor> inputs, String output) {
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      return engine.run(inputs).get(output).toDoubles();
    }
  }

  @Test
  void models_that_agree_leave_no_file() {
    Bisection found = bisect(NET, Folder.fold(NET, FoldOptions.DEFAULT).graph());

    assertThat(found.fault()).isEmpty();
    assertThat(found.differing()).isEmpty();
    assertThat(part()).doesNotExist();
  }

  /** Folded, a block keeps the names of few of its tensors. */
  @Test
  void only_names_that_a_fold_left_count() {
    Graph folded = Folder.fold(wrong(NET, "b3.conv2.weight"), FoldOptions.DEFAULT).graph();
    assertThat(folded.producer("b3.conv2")).as("folded away").isEmpty();

    Fault fault = bisect(NET, folded).fault().orElseThrow();

    assertThat(fault.referenceNodes()).anyMatch(node -> node.contains("'b3.conv2'"));
    assertThat(fault.referenceNodes().size()).isLessThan(5);
    assertThat(fault.candidateNodes().size()).isLessThan(fault.referenceNodes().size());
  }

  @Test
  void a_sum_that_lost_a_branch_is_named_with_both_of_its_inputs() {
    Graph candidate =
        ResidualNet.replaced(
            NET,
            "b3.sum",
            node -> new Node(node.name(), new Op.Identity(), List.of("b3.bn2"), node.outputs()));

    Fault fault = bisect(NET, candidate).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("b3.sum");
    assertThat(fault.from()).containsExactly("b2.out", "b3.bn2");
  }

  @Test
  void another_op_that_is_not_modeled_is_named() {
    Op max = new Op.Opaque("", "GlobalMaxPool", Map.of(), List.of());

    Fault fault = bisect(NET, ResidualNet.replaced(NET, "mean", max)).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("mean");
    assertThat(fault.candidateNodes()).containsExactly("GlobalMaxPool 'mean'");
  }

  @Test
  void another_shape_inside_is_a_difference() {
    Graph two = withSecond(NET.toBuilder(), conv(1, 1, 1, 1, 1));

    Bisection found = bisect(two, ResidualNet.replaced(two, "extra", conv(1, 0, 0, 0, 0)));

    Fault fault = found.fault().orElseThrow();
    assertThat(fault.to()).isEqualTo("extra");
    assertThat(fault.result().comparison()).isEmpty();
    assertThat(found.text().get(1)).contains("the shapes differ");
  }

  /** The network with a second output, a convolution of block 2 and its mean. */
  private static Graph withSecond(Graph.Builder net, Op conv) {
    return net.node(conv, List.of("b2.out", "b2.conv1.weight"), "extra")
        .node(new Op.GlobalAveragePool(), List.of("extra"), "second")
        .output(Values.any("second"))
        .build();
  }

  @Test
  void of_several_outputs_one_may_differ() {
    Graph two = withSecond(NET.toBuilder(), conv(1, 1, 1, 1, 1));
    Graph wrong = ResidualNet.replaced(two, "extra", conv(2, 2, 2, 2, 2));

    Bisection found = bisect(two, wrong);

    assertThat(found.differing()).containsExactly("second");
    Fault fault = found.fault().orElseThrow();
    assertThat(fault.to()).isEqualTo("extra");
    assertThat(fault.from()).containsExactly("b2.out");
    assertThat(fault.restDiffers()).isFalse();
  }

  @Test
  void a_fault_in_the_last_node_lies_between_the_last_tensors_and_the_output() {
    Bisection found = bisect(NET, wrong(NET, "scores.weight"));

    Fault fault = found.fault().orElseThrow();
    assertThat(fault.isOutput()).isTrue();
    assertThat(fault.from()).containsExactly("flat");
    assertThat(found.text().get(0))
        .contains("between 'flat', the last tensors", "the output 'scores'");
  }

  @Test
  void the_first_of_two_faults_is_found_and_that_there_is_another() {
    Graph candidate = wrong(wrong(NET, "b1.conv2.weight"), "b4.conv1.weight");

    Bisection found = bisect(NET, candidate);

    Fault fault = found.fault().orElseThrow();
    assertThat(fault.to()).isEqualTo("b1.conv2");
    assertThat(fault.restDiffers()).isTrue();
    assertThat(String.join("\n", found.text())).contains("at least one more fault");
  }

  private static Graph.Builder scaled(String... names) {
    Graph.Builder graph = new Graph.Builder("scaled").input(Value.float32("x", 1, 3, 4));
    String in = "x";
    for (String name : names) {
      graph.initializer(name + ".factor", Tensor.ofFloats(new float[] {1}, 1));
      graph.node(new Op.Binary(Op.Binary.Function.MUL), List.of(in, name + ".factor"), name);
      in = name;
    }
    return graph;
  }

  private static Graph with(Graph graph, String factor, double value) {
    return Weights.filled(graph, factor + ".factor", value);
  }

  /** Each of a, b and c is off by less than is allowed, and together they are by more. */
  @Test
  void noise_that_layers_add_up_is_not_blamed() {
    Graph reference = scaled("a", "b", "c", "d", "wrong", "e").output(Values.any("e")).build();
    Graph noisy = with(with(with(reference, "a", 1 + 4e-5), "b", 1 + 4e-5), "c", 1 + 4e-5);

    Fault fault = bisect(reference, with(noisy, "wrong", 1.1)).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("wrong");
    assertThat(fault.from()).containsExactly("d");
  }

  /** No single layer is to blame, and the smallest part is more than one. */
  @Test
  void noise_alone_is_a_part_of_several_layers() {
    Graph reference = scaled("a", "b", "c", "d").output(Values.any("d")).build();
    Graph noisy = with(with(with(reference, "a", 1 + 4e-5), "b", 1 + 4e-5), "c", 1 + 4e-5);

    Fault fault = bisect(reference, noisy).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("c");
    assertThat(fault.from()).containsExactly("x");
    assertThat(fault.referenceNodes()).hasSize(3);
  }

  /** What cancels makes a small error a large one: both ends belong to the part. */
  @Test
  void an_error_that_only_a_difference_shows_is_found_with_it() {
    Graph reference =
        with(
            scaled("a", "p")
                .node(new Op.Binary(Op.Binary.Function.SUB), List.of("p", "a"), "q")
                .output(Values.any("q"))
                .build(),
            "p",
            1.001);

    Fault fault = bisect(reference, with(reference, "p", 1.00105)).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("q");
    assertThat(fault.from()).containsExactly("a");
    assertThat(fault.referenceNodes()).hasSize(2);
  }

  /** A tensor that is all wrong and that no output notices is not the fault. */
  @Test
  void what_does_not_matter_is_not_blamed() {
    Graph reference =
        with(
            scaled("a", "tiny")
                .node(new Op.Binary(Op.Binary.Function.ADD), List.of("a", "tiny"), "sum")
                .node(new Op.Unary(Op.Unary.Function.RELU), List.of("sum"), "y")
                .output(Values.any("y"))
                .build(),
            "tiny",
            1e-9);
    Graph candidate =
        ResidualNet.replaced(
            with(reference, "tiny", 3e-9), "y", new Op.Unary(Op.Unary.Function.SIGMOID));

    Fault fault = bisect(reference, candidate).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("y");
    assertThat(fault.from()).containsExactly("sum");
  }

  @Test
  void an_output_that_became_a_constant_is_compared_with_it() {
    Graph reference = scaled("a", "b").output(Values.any("b")).build();
    Graph candidate =
        reference.toBuilder()
            .replaceNodes(reference.nodes().subList(0, 1))
            .initializer("b", Tensor.ofFloats(new float[12], 1, 3, 4))
            .build();

    Bisection found = bisect(reference, candidate);

    assertThat(found.fault().orElseThrow().candidateNodes()).isEmpty();
    assertThat(found.fault().orElseThrow().from()).containsExactly("a");
    assertThat(String.join("\n", found.text())).contains("in the candidate a constant");
  }

  private static Graph choosing(Op choice) {
    return scaled("a", "b")
        .input(Value.of("choice", ElementType.BOOL, Shape.of()))
        .node(new Op.Unary(Op.Unary.Function.RELU), List.of("b"), "c")
        .node(choice, List.of("choice"), "chosen")
        .node(new Op.Unary(Op.Unary.Function.TANH), List.of("chosen"), "y")
        .output(Values.float32("y"))
        .build();
  }

  /** Bodies run as a whole, on what they read from outside. */
  @Test
  void a_fault_in_a_body_is_its_nodes() {
    Graph reference = choosing(Bodies.choice("Add", List.of("b", "c"), "Mul", List.of("b", "c")));
    Graph candidate = choosing(Bodies.choice("Sub", List.of("b", "c"), "Div", List.of("b", "c")));
    InputValues chosen = new InputValues(Map.of("choice", 1.0));

    Fault fault =
        bisect(reference, candidate, new Tolerance(1e-4, 0), chosen).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("chosen");
    assertThat(fault.from()).containsExactly("b", "c");
    assertThat(fault.referenceNodes()).containsExactly("If 'chosen'");
  }

  @Test
  void a_fault_beside_a_body_is_not_of_the_body() {
    Op choice = Bodies.choice("Add", List.of("b", "c"), "Mul", List.of("b", "c"));
    Graph reference = choosing(choice);
    InputValues chosen = new InputValues(Map.of("choice", 0.0));

    Fault fault =
        bisect(reference, with(reference, "b", 1.5), new Tolerance(1e-4, 0), chosen)
            .fault()
            .orElseThrow();

    assertThat(fault.to()).isEqualTo("b");
    assertThat(fault.from()).containsExactly("a");
  }

  @Test
  void a_folder_that_cannot_be_made_is_refused_before_any_work() throws IOException {
    Files.writeString(part(), "");

    assertThatThrownBy(() -> bisect(NET, NET))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("is a file; name a folder");
  }

  @Test
  void a_folder_with_other_files_is_refused_and_an_earlier_bisection_replaced() throws IOException {
    Graph candidate = wrong(NET, "b3.conv2.weight");
    bisect(NET, candidate);
    Files.createDirectory(part().resolve(".repfold-left"));
    Files.writeString(part().resolve("inputs.npz"), "old");
    assertThat(bisect(NET, candidate).fault()).isPresent();
    assertThat(Npz.read(part().resolve("inputs.npz"))).containsKey("b3.relu");

    Files.writeString(part().resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> bisect(NET, candidate))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("part: holds 'notes.txt', which no bisection wrote; name an empty");

    Files.delete(part().resolve("notes.txt"));
    Files.delete(part().resolve("bisection.json"));
    assertThatThrownBy(() -> Bisection.check(part()))
        .hasMessageContaining("'candidate-part.onnx', 'inputs.npz', 'reference-part.onnx'");
  }

  /** As many nodes as the largest networks have. */
  @Test
  void one_layer_of_three_thousand_is_named() {
    Graph deep = ResidualNet.of(428);
    assertThat(deep.nodes()).hasSize(2999);

    Fault fault = bisect(deep, wrong(deep, "b311.conv2.weight")).fault().orElseThrow();

    assertThat(fault.to()).isEqualTo("b311.conv2");
    assertThat(fault.from()).containsExactly("b311.relu");
  }
}
