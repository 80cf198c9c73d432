package io.repfold.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import io.repfold.kit.Weights;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A folded model is no worse than the original for ONNX Runtime's own optimizer. */
class RuntimeGateTest {
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, List<String>> breaches = new TreeMap<>();

  private void check(String name, OnnxModel model) {
    Graph folded;
    try {
      folded = Folder.fold(model.graph()).graph();
    } catch (InvalidGraphException e) {
      counts.merge("invalid", 1, Integer::sum); // what is invalid is said by the conformance tests
      return;
    }
    if (folded.equals(model.graph())) {
      counts.merge("left as they are", 1, Integer::sum);
      return;
    }
    try {
      List<String> found = RuntimeGate.breaches(model, folded);
      counts.merge("counted", 1, Integer::sum);
      if (!found.isEmpty()) {
        breaches.put(name, found);
      }
    } catch (OrtException e) {
      counts.merge("refused by ONNX Runtime", 1, Integer::sum);
    }
  }

  static Stream<String> types() {
    return Networks.types().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void networks_of_ours(String type) {
    for (RepKind kind : List.of(RepKind.REPVGG, RepKind.DBB)) {
      Map<String, Object> arguments = new HashMap<>();
      if (!type.equals("RepLite")) {
        arguments.put("base_channels", 8);
      }
      if (type.endsWith("PSP")) {
        arguments.put("backbone", "resnet18");
      }
      if (type.startsWith("RepPSP") || type.equals("RepLite")) {
        arguments.put("repconv", kind.name().toLowerCase(Locale.ROOT));
      }
      Graph network = Networks.build(type, arguments, 4, WeightSource.random(7)).graph();
      check(type + ", " + kind, OnnxModel.of(network));
    }
    assertThat(breaches).isEmpty();
    assertThat(counts).containsOnlyKeys("counted");
  }

  @Test
  void blocks_of_every_kind() {
    List<Kernel> kernels = List.of(Kernel.of(3), Kernel.of(5), Kernel.of(3).withStride(2));
    for (RepKind kind : RepKind.values()) {
      for (Kernel kernel : kernels) {
        check("%s, %s".formatted(kind, kernel), OnnxModel.of(block(kind, kernel)));
      }
    }
    assertThat(breaches).isEmpty();
    assertThat(counts).containsOnlyKeys("counted");
  }

  private static Graph block(RepKind kind, Kernel kernel) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(7));
    String stem = b.relu(b.convBn(b.input("x", Shapes.anyImages(3)), 8, Kernel.of(3), 1));
    String block = b.relu(RepBlocks.append(b, stem, RepSpec.of(kind, 8, kernel)));
    b.output(b.batchNorm(b.conv(block, 5, Kernel.of(1), 1)));
    return b.build();
  }

  @Test
  void what_is_written_out_between_what_folds() {
    WrittenOut.networks().forEach((name, graph) -> check(name, OnnxModel.of(graph)));
    System.out.println("Written out: " + counts);
    assertThat(breaches).isEmpty();
    assertThat(counts.get("counted")).isGreaterThan(30);
  }

  @Test
  void the_half_of_a_gelu_in_the_next_convolution_is_noticed() throws OrtException {
    Graph graph = WrittenOut.networks().get("GELU between convolutions");
    Node half = graph.producer(last(graph).input(0)).orElseThrow();
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.remove(half);
    nodes.set(nodes.size() - 1, reading(last(graph), half.input(0)));
    Graph moved =
        Weights.changed(
            graph.toBuilder().replaceNodes(nodes).build(),
            last(graph).input(1),
            (index, value) -> value / 2);
    assertThat(RuntimeGate.breaches(OnnxModel.of(graph), moved))
        .anyMatch(breach -> breach.startsWith("GELU is no longer recognized"));
  }

  @Test
  void an_activation_that_is_parted_from_its_convolution_is_noticed() throws OrtException {
    Graph graph = WrittenOut.networks().get("ReLU at the end");
    Graph folded = Folder.fold(graph).graph();
    Node relu = last(folded);
    List<Node> nodes = new ArrayList<>(folded.nodes());
    nodes.set(nodes.size() - 1, reading(relu, "negative"));
    nodes.add(
        nodes.size() - 1,
        new Node(
            "neg",
            new Op.Unary(Op.Unary.Function.NEG),
            List.of(relu.input(0)),
            List.of("negative")));
    assertThat(
            RuntimeGate.breaches(
                OnnxModel.of(graph), folded.toBuilder().replaceNodes(nodes).build()))
        .anyMatch(breach -> breach.startsWith("more activations stand alone"))
        .anyMatch(breach -> breach.startsWith("more nodes"));
  }

  @Test
  void a_normalization_that_the_runtime_folds_and_the_fold_leaves_is_noticed() throws OrtException {
    Graph graph = WrittenOut.networks().get("ReLU at the end");
    assertThat(RuntimeGate.breaches(OnnxModel.of(graph), graph))
        .singleElement()
        .asString()
        .startsWith("ONNX Runtime leaves less to compute");
  }

  /** The node with another first input. */
  private static Node reading(Node node, String value) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, value);
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }

  private static Node last(Graph graph) {
    return graph.nodes().get(graph.nodes().size() - 1);
  }

  @ParameterizedTest
  @MethodSource("io.repfold.conformance.OnnxTestData#networks")
  void trained_networks(String name) {
    check(name, OnnxTestData.networkModel(name));
    assertThat(breaches).isEmpty();
  }

  @Tag("slow")
  @Test
  void operator_tests() {
    for (OnnxTestData.Case one : OnnxTestData.cases()) {
      check(one.name(), one.read());
    }
    System.out.println("Operator tests: " + counts);
    assertThat(breaches).isEmpty();
    assertThat(counts.get("counted")).isGreaterThan(50);
  }
}
