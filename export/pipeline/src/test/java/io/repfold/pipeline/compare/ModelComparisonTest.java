package io.repfold.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.check.Allowance;
import io.repfold.check.Tolerance;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Nets;
import io.repfold.kit.Shapes;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.SampleSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelComparisonTest {
  private static final ComparisonRequest REQUEST = ComparisonRequest.DEFAULT.withBudget(60);

  @TempDir private Path folder;

  private Verification compare(Graph reference, Graph candidate) {
    return compare(reference, candidate, REQUEST);
  }

  private Verification compare(Graph reference, Graph candidate, ComparisonRequest request) {
    Path one = write("reference.onnx", reference);
    Path two = write("candidate.onnx", candidate);
    SampleSource inputs =
        SampleSource.of(Map.of(), request.samples(), request.seed(), request.sweeps());
    return ModelComparer.compare(one, two, inputs, request, Steps.UNHEARD);
  }

  private Path write(String name, Graph graph) {
    Path file = folder.resolve(name);
    OnnxModel.of(graph).write(file);
    return file;
  }

  private static String lastWeight(Graph graph) {
    return graph.nodes().get(graph.nodes().size() - 1).input(1);
  }

  @Test
  void it_runs_on_further_sizes_and_values_and_names_them() {
    Graph graph = Nets.repVgg("x", Shapes.anyImages(4));

    Verification found = compare(graph, Folder.fold(graph).graph());

    assertThat(found.holds()).as(found.summary()).isTrue();
    assertThat(found.summary())
        .contains(
            "times the noise",
            "2 random inputs x 1x4x64x96",
            "x 2x4x64x96",
            "x 1x4x67x93",
            "x 1x4x9x7",
            "x 1x4x300x260",
            "values 255 times as large",
            "values 10 times as large",
            "values a tenth as large",
            "all zeros",
            "all ones",
            "one hot pixel");
    Verification few = compare(graph, graph, REQUEST.withBudget(0));
    assertThat(few.summary()).endsWith("2 random inputs x 1x4x64x96, seed 0");
  }

  /** Of two kernels with the same sum, the larger answer counts: on one color they are equal. */
  @Test
  void inputs_whose_last_bits_decide_are_left_out_and_named() {
    GraphBuilder b = new GraphBuilder("larger", WeightSource.random(4));
    String x = b.input("x", 1, 1, 24, 24);
    Op conv = new Op.Conv(Kernel.of(2).withoutPads().window(), 1);
    String left = b.initializer("left", Tensor.ofFloats(new float[] {1, 2, 3, 4}, 1, 1, 2, 2));
    String right = b.initializer("right", Tensor.ofFloats(new float[] {4, 3, 2, 1}, 1, 1, 2, 2));
    String one = b.op("one", conv, List.of(x, left), 1);
    String other = b.op("other", conv, List.of(x, right), 1);
    String larger = b.binary(Op.Binary.Function.GREATER, one, other);
    String zero = b.initializer("zero", Tensor.ofFloats(new float[] {0}));
    String ten = b.initializer("ten", Tensor.ofFloats(new float[] {10}));
    b.output(b.op("answer", new Op.Where(), List.of(larger, ten, zero), 1));
    Graph graph = b.build();

    Verification found = compare(graph, graph);

    assertThat(found.holds()).as(found.summary()).isTrue();
    assertThat(found.summary())
        .endsWith(
            "; and on values 255 times as large, values 10 times as large, values a tenth as large; left"
                + " out, as last bits decide the answer: all zeros, all ones, one hot pixel");
  }

  @Test
  void a_size_that_only_the_reference_takes_is_a_difference() {
    Graph open = Nets.repVgg("x", Shapes.anyImages(4));
    Graph fixed = Nets.repVgg("x", Shape.of(1, 4, 64, 96));

    Verification found = compare(open, fixed);

    assertThat(found.holds()).isFalse();
    assertThat(found.remarks()).anyMatch(r -> r.contains("the candidate does not run on it"));
  }

  @Test
  void boxes_do_not_hide_scores_beside_them() {
    Verification found = compare(detector(1), detector(0.95f));

    assertThat(found.holds()).isFalse();
    assertThat(found.remarks().get(0)).contains("of channel", "(axis 1)");
    assertThat(compare(detector(1), detector(1)).holds()).isTrue();
  }

  /** Four channels up to some hundred pixels, and four of scores. */
  private static Graph detector(float factor) {
    GraphBuilder b = new GraphBuilder("detector", WeightSource.random(4));
    String x = b.input("x", 1, 3, 24, 24);
    String features = b.relu(b.convBn(x, 8, Kernel.of(3), 1));
    String boxes = b.biasedConv(features, 4, Kernel.of(1), 1);
    String pixels = b.initializer("pixels", Tensor.ofFloats(new float[] {200}));
    String scaled = b.binary(Op.Binary.Function.MUL, boxes, pixels);
    String scores = b.unary(Op.Unary.Function.SIGMOID, b.biasedConv(features, 4, Kernel.of(1), 1));
    String less = b.initializer("factor", Tensor.ofFloats(new float[] {factor}));
    b.output(
        b.named("detections")
            .concat(List.of(scaled, b.binary(Op.Binary.Function.MUL, scores, less))));
    return b.build();
  }

  @Test
  void half_precision_folds_and_is_judged_by_its_own_rounding() {
    GraphBuilder b = new GraphBuilder("half", WeightSource.random(6), ElementType.FLOAT16);
    String x = b.input("x", 1, 3, 16, 16);
    b.output(b.biasedConv(b.relu(b.convBn(x, 8, Kernel.of(3), 1)), 4, Kernel.of(3), 1));
    Graph graph = b.build();
    Graph folded = Folder.fold(graph).graph();

    Verification found = compare(graph, folded);

    assertThat(found.holds()).as(found.summary()).isTrue();
    Graph wrong = Weights.changed(folded, lastWeight(folded), (i, v) -> 1.05 * v);
    assertThat(compare(graph, wrong).holds()).isFalse();
  }

  @Test
  void what_onnx_runtime_has_no_kernel_for_runs_in_the_interpreter() {
    GraphBuilder b = new GraphBuilder("double", WeightSource.random(6), ElementType.DOUBLE);
    String x = b.input("x", 1, 3, 8, 8);
    b.output(b.relu(b.convBn(x, 4, Kernel.of(3), 1)));
    Graph graph = b.build();
    Graph folded = Folder.fold(graph).graph();

    Verification found = compare(graph, folded);

    assertThat(found.holds()).as(found.summary() + found.remarks()).isTrue();
    assertThat(found.remarks())
        .anyMatch(r -> r.contains("both ran in the reference interpreter, in double precision"));
    String weight = folded.nodes().get(0).input(1);
    Graph wrong = Weights.changed(folded, weight, (i, v) -> i == 0 ? v + 1e-9 : v);
    assertThat(compare(graph, wrong).holds()).isFalse();
  }

  /** It puts the Pad into the pooling, whose padding may not be as large as its window. */
  @Test
  void a_reference_on_which_only_the_optimizer_fails_is_compared_without() {
    GraphBuilder b = new GraphBuilder("padded", WeightSource.random(6));
    String x = b.input("x", 1, 3, 9, 8);
    b.output(b.averagePool(b.pad(x, 3, 3, 3, 3), Kernel.of(2).withoutPads(), true));
    Graph graph = b.build();

    Verification found = compare(graph, graph);

    assertThat(found.holds()).isTrue();
    assertThat(found.runs()).hasSize(1);
    assertThat(found.remarks())
        .anyMatch(r -> r.startsWith("ONNX Runtime's optimizer fails on the reference"));
  }

  @Test
  void labels_are_judged_with_the_scores_behind_them() {
    Graph graph = labels(false, false);
    Verification same = compare(graph, Folder.fold(graph).graph());
    assertThat(same.holds()).as(same.summary() + same.remarks()).isTrue();
    assertThat(same.runs().get(0).report().outputs())
        .extracting(output -> output.name())
        .containsExactly("labels", "scores");

    assertThat(compare(labels(true, false), labels(true, true)).holds())
        .as("of equal scores the last one instead of the first")
        .isFalse();
  }

  private static Graph labels(boolean twice, boolean last) {
    GraphBuilder b = new GraphBuilder("labels", WeightSource.random(9));
    String x = b.input("x", Shapes.anyImages(3));
    String scores =
        b.named("scores").conv(b.relu(b.convBn(x, 6, Kernel.of(3), 1)), 4, Kernel.of(3), 1);
    String ranked = twice ? b.named("twice").concat(List.of(scores, scores)) : scores;
    String best = b.named("labels").op("labels", new Op.ArgMax(1, false, last), List.of(ranked), 1);
    b.output(best, ElementType.INT64);
    return b.build();
  }

  @Test
  void outputs_in_another_order_are_a_difference_unless_allowed() {
    GraphBuilder b = new GraphBuilder("two", WeightSource.random(9));
    String x = b.input("x", 1, 3, 8, 8);
    b.output(b.named("one").conv(x, 2, Kernel.of(3), 1));
    b.output(b.named("two").conv(x, 2, Kernel.of(1), 1));
    Graph graph = b.build();
    List<Value> outputs = new ArrayList<>(graph.outputs());
    Collections.reverse(outputs);
    Graph reversed = graph.toBuilder().replaceOutputs(outputs).build();

    assertThat(compare(graph, reversed).holds()).isFalse();
    assertThat(compare(graph, reversed, REQUEST.withAllowed(Set.of(Allowance.ORDER))).holds())
        .isTrue();
  }

  /** Nobody has values 255 times as large, on which narrower numbers may decide otherwise. */
  @Test
  void a_share_of_decisions_is_asked_of_the_samples_alone() {
    Graph graph = Nets.repVgg("x", Shapes.anyImages(4));
    ComparisonRequest agreement =
        new ComparisonRequest(3, 0, Tolerance.NETWORK.withAgreement(0.9)).withBudget(60);

    Verification found = compare(graph, graph, agreement);

    assertThat(found.runs().get(0).report().samples()).isEqualTo(3);
  }

  @Test
  void an_epsilon_that_is_hardly_off_is_a_difference() {
    Graph graph = Nets.repVgg("x", Shapes.anyImages(4));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean changes =
          node.op() instanceof Op.BatchNormalization
              && nodes.stream().noneMatch(n -> n.op() instanceof Op.BatchNormalization);
      nodes.add(
          changes
              ? new Node(
                  node.name(),
                  new Op.BatchNormalization(1e-4f, 0.9f, false),
                  node.inputs(),
                  node.outputs())
              : node);
    }
    Graph wrong = graph.toBuilder().replaceNodes(nodes).build();

    assertThat(compare(graph, wrong).holds()).as("1e-4 for 1e-5").isFalse();
  }

  @Test
  void a_reference_on_which_nothing_is_known_but_its_file_is_compared_too() {
    ReferenceModel none = ReferenceModel.of(folder.resolve("missing.onnx"));
    assertThat(none.graph()).isEqualTo(Optional.empty());
    assertThat(none.affordable(Map.of(), 1)).isZero();
  }
}
