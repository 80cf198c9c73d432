package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GraphBlockTest {
  private static List<String> trainable(Graph graph, GraphBlockOptions options) {
    try (GraphBlock block = GraphBlock.of(graph, options)) {
      return block.trainable().stream().map(Parameter::getName).toList();
    }
  }

  private static List<String> trainable(Graph graph) {
    return trainable(graph, GraphBlockOptions.DEFAULT);
  }

  @Test
  void the_taps_of_an_average_are_not_learnt() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(1));
    String x = b.input("x", 1, 4, 8, 8);
    b.output(RepBlocks.append(b, x, RepSpec.of(RepKind.DBB, 4, Kernel.of(3).withDilation(2))));
    Graph graph = b.build();
    assertThat(graph.nodes()).as("the case").anyMatch(n -> n.op() instanceof Op.Constant);
    List<String> learnt = trainable(graph);
    assertThat(learnt)
        .containsExactlyInAnyOrderElementsOf(
            graph.initializers().keySet().stream()
                .filter(n -> n.endsWith(".weight") || n.endsWith(".bias"))
                .toList());
  }

  @Test
  void numbers_in_formulas_are_not_learnt() {
    Case pooling =
        Case.all().stream()
            .filter(c -> c.name().equals("a pooling matrix from the width"))
            .findFirst()
            .orElseThrow();
    assertThat(trainable(pooling.graph())).isEmpty();
    Graph.Builder scaled =
        new Graph.Builder("scaled")
            .input(Value.float32("x", 2))
            .output(Value.float32("y", 2))
            .initializer("const_six", Tensor.ofFloats(new float[] {6}))
            .initializer("scale", Tensor.ofFloats(new float[] {6}, 1))
            .node(new Op.Binary(Op.Binary.Function.DIV), List.of("x", "const_six"), "part")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("part", "scale"), "y");
    assertThat(trainable(scaled.build())).containsExactly("scale");
  }

  @Test
  void weights_in_constant_nodes_are_learnt_if_there_are_no_others() {
    Graph graph =
        new Graph.Builder("net")
            .input(Value.float32("x", 1, 1, 2, 2))
            .output(Value.float32("y", 1, 1, 2, 2))
            .node(
                new Op.Constant(Tensor.ofFloats(new float[] {2}, 1, 1, 1, 1)), List.of(), "kernel")
            .node(new Op.Identity(), List.of("kernel"), "same")
            .node(new Op.Conv(Kernel.of(1).window(), 1), List.of("x", "same"), "y")
            .build();
    assertThat(trainable(graph)).containsExactly("kernel");
    GraphBlockOptions fixed =
        GraphBlockOptions.DEFAULT.withConstants(GraphBlockOptions.Constants.FIXED);
    assertThat(trainable(graph, fixed)).isEmpty();
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      Tensor learnt = Tensor.ofFloats(new float[] {Float.intBitsToFloat(0x3f800001)}, 1, 1, 1, 1);
      block.set(Map.of("kernel", learnt));
      assertThat(block.graph().constant("kernel")).contains(learnt);
    }
  }

  @Test
  void values_come_back_bit_for_bit() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(5));
    String x = b.input("x", 1, 3, 8, 8);
    b.output(b.linear(b.flatten(b.globalAveragePool(b.relu(b.convBn(x, 4, Kernel.of(3), 1)))), 2));
    Graph graph = b.build();
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      assertThat(block.graph()).isEqualTo(graph);
      assertThat(block.values()).containsExactlyInAnyOrderEntriesOf(graph.initializers());
    }
  }

  @Test
  void frozen_parameters_and_statistics_take_no_gradient() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(5));
    String x = b.input("x", 1, 3, 8, 8);
    b.scope("head")
        .output(
            b.scope("head")
                .convBn(b.scope("backbone").convBn(x, 4, Kernel.of(3), 1), 4, Kernel.of(1), 1));
    GraphBlockOptions options =
        GraphBlockOptions.DEFAULT.withFrozen(name -> name.startsWith("backbone."));
    assertThat(trainable(b.build(), options))
        .containsExactly("head.conv.weight", "head.bn.weight", "head.bn.bias");
  }

  @Test
  void a_parameter_that_two_nodes_read_is_one() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(5));
    String x = b.input("x", 1, 3, 8, 8);
    String w = b.parameter("w", WeightSource.Role.KERNEL, 3, 3, 3, 3);
    Op conv = new Op.Conv(Kernel.of(3).window(), 1);
    b.output(b.op("y", conv, List.of(b.op("z", conv, List.of(x, w), 3), b.identity(w)), 3));
    assertThat(trainable(b.build())).containsExactly("w");
  }

  @Test
  void dropout_drops_in_training_and_the_seed_decides_what() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(5));
    String x = b.input("x", 4, 50, 3, 2);
    String ratio = b.constant(Tensor.ofFloats(new float[] {0.25f}));
    Op dropout = new Op.Dropout(OptionalDouble.empty());
    b.output(b.named("drop").op("y", dropout, List.of(x, ratio), 50));
    Graph graph = b.build();
    for (boolean channels : new boolean[] {false, true}) {
      GraphBlockOptions options =
          GraphBlockOptions.DEFAULT.withChannelDropouts(channels ? Set.of("drop") : Set.of());
      try (GraphBlock block = GraphBlock.of(graph, options);
          NDManager manager = NDManager.newBaseManager()) {
        float[] first = dropped(block, manager, 3);
        assertThat(dropped(block, manager, 3)).containsExactly(first);
        assertThat(dropped(block, manager, 4)).isNotEqualTo(first);
        long zeros =
            Stream.of(first).flatMap(f -> Arrays.stream(boxed(f))).filter(v -> v == 0).count();
        assertThat(zeros).isBetween(200L, 400L);
        int planesInPart = 0;
        for (int i = 0; i < first.length; i++) {
          assertThat(first[i]).isIn(0f, 4f / 3);
          planesInPart += i % 6 > 0 && first[i] != first[i - 1] ? 1 : 0;
        }
        assertThat(planesInPart == 0).isEqualTo(channels);
        NDList ones = new NDList(manager.ones(new Shape(4, 50, 3, 2)));
        assertThat(block.forward(ones, false).head().toFloatArray()).containsOnly(1);
      }
    }
  }

  private static float[] dropped(GraphBlock block, NDManager manager, int seed) {
    Engine.getInstance().setRandomSeed(seed);
    return block
        .forward(new NDList(manager.ones(new Shape(4, 50, 3, 2))), true)
        .head()
        .toFloatArray();
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  @Test
  void a_pass_leaves_nothing_with_the_parameters() {
    Case op =
        Case.all().stream()
            .filter(c -> c.name().equals("a kernel that is computed"))
            .findFirst()
            .orElseThrow();
    try (GraphBlock block = GraphBlock.of(op.graph(), GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDManager owner = block.trainable().get(0).getArray().getManager();
      for (int i = 0; i < 3; i++) {
        try (NDManager pass = manager.newSubManager()) {
          NDArray y = block.forward(Oracles.inputs(pass, op.graph(), op.shapes()), true).head();
          assertThat(y.getManager()).isSameAs(pass);
          assertThat(pass.getManagedArrays()).as("input and output").hasSize(2);
        }
        assertThat(owner.getManagedArrays()).hasSize(block.getParameters().size());
      }
    }
  }

  @Test
  void what_cannot_be_trained_is_named() {
    Graph graph =
        new Graph.Builder("net")
            .input(Value.float32("x", 1, 2))
            .output(Value.float32("y", 1, 2))
            .node(new Op.Opaque("com.acme", "Magic", Map.of(), List.of()), List.of("x"), "y")
            .build();
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(() -> block.forward(new NDList(manager.ones(new Shape(1, 2))), false))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessageContaining("Magic 'y'")
          .hasMessageContaining("com.acme");
    }
    GraphBuilder half = new GraphBuilder("net", WeightSource.random(5), ElementType.FLOAT16);
    half.output(half.conv(half.input("x", 1, 3, 8, 8), 4, Kernel.of(3), 1));
    Graph halved = half.build();
    assertThatThrownBy(() -> GraphBlock.of(halved, GraphBlockOptions.DEFAULT))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("conv.weight")
        .hasMessageContaining("FLOAT16");
  }
}
