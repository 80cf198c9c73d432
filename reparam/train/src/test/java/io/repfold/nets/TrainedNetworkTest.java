package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.repfold.blocks.RepKind;
import io.repfold.djl.GraphBlock;
import io.repfold.djl.GraphBlockOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a few steps of training leave behind agrees in the trainer, a runtime and after the fold.
 */
@Tag("slow")
class TrainedNetworkTest {
  private static final int STEPS = 3;

  /** The share of the loss by which a step would lower it if it were straight. */
  private static final double DECREASE = 5e-2;

  private static final int HALVINGS = 12;
  private static final int SETTLING = 60;

  private static Network small(String type, RepKind kind) {
    Map<String, Object> arguments = SmallNetworks.arguments(type);
    arguments.put("dropout", 0);
    arguments.put("repconv", kind.id());
    if (type.contains("PSP") && arguments.containsKey("backbone")) {
      arguments.put("repconv_backbone", true);
    }
    return Networks.build(type, arguments, 4, Networks.initialWeights(type, 11));
  }

  private static NDArray array(NDManager manager, NdArray image) {
    float[] values = new float[image.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) image.data()[i];
    }
    return manager.create(values, new Shape(Arrays.stream(image.dims()).asLongStream().toArray()));
  }

  /** How far the outputs are from halves, in training. */
  private static NDArray loss(GraphBlock block, NDManager manager) {
    NDArray image = array(manager, OnnxRuns.image(2, 3, 64, 65));
    NDArray loss = manager.create(0f);
    for (NDArray output : block.forward(new NDList(image), true)) {
      loss = loss.add(output.sub(0.5f).square().mean());
    }
    return loss;
  }

  private static double measured(GraphBlock block, NDManager base) {
    try (NDManager manager = base.newSubManager()) {
      return loss(block, manager).getFloat();
    }
  }

  /** The loss once running statistics, which some blocks pad with, are those of the batch. */
  private static double settled(GraphBlock block, NDManager base) {
    for (int i = 1; i < SETTLING; i++) {
      measured(block, base);
    }
    return measured(block, base);
  }

  /**
   * A step against the gradient, half as far again and again until the loss falls.
   *
   * @return the loss after it
   */
  private static double step(GraphBlock block, NDManager base) {
    double before;
    try (NDManager manager = base.newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray loss = loss(block, manager);
      before = loss.getFloat();
      collector.backward(loss);
    }
    try (NDManager manager = base.newSubManager()) {
      Map<NDArray, NDArray> gradients = new LinkedHashMap<>();
      double squares = 0;
      for (Parameter parameter : block.trainable()) {
        NDArray gradient = parameter.getArray().getGradient();
        gradient.attach(manager);
        gradients.put(parameter.getArray(), gradient);
        double square = square(gradient);
        if (!Double.isFinite(square)) {
          fail("The gradient of '%s' is not finite", parameter.getName());
        }
        squares += square;
      }
      double rate = DECREASE * before / squares;
      move(gradients, -rate);
      double after = measured(block, base);
      for (int i = 0; i < HALVINGS && after >= before; i++) {
        rate /= 2;
        move(gradients, rate);
        after = measured(block, base);
      }
      return after;
    }
  }

  private static void move(Map<NDArray, NDArray> gradients, double rate) {
    gradients.forEach(
        (weight, gradient) -> {
          try (NDArray change = gradient.mul(rate)) {
            weight.addi(change);
          }
        });
  }

  private static double square(NDArray array) {
    double sum = 0;
    for (float value : array.toFloatArray()) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static Map<String, NdArray> forward(
      GraphBlock block, List<Value> names, NDManager base, NdArray image) {
    Map<String, NdArray> outputs = new LinkedHashMap<>();
    try (NDManager manager = base.newSubManager()) {
      NDList results = block.forward(new NDList(array(manager, image)), false);
      for (int i = 0; i < results.size(); i++) {
        float[] values = results.get(i).toFloatArray();
        double[] wide = new double[values.length];
        Arrays.setAll(wide, j -> values[j]);
        long[] dims = results.get(i).getShape().getShape();
        int[] sizes = Arrays.stream(dims).mapToInt(Math::toIntExact).toArray();
        outputs.put(names.get(i).name(), NdArray.of(wide, sizes));
      }
    }
    return outputs;
  }

  /** Scores of pixels have the image's size. */
  private static void assertSizes(Map<String, NdArray> outputs, NdArray image) {
    int[] size = Arrays.copyOfRange(image.dims(), 2, 4);
    assertThat(outputs.values())
        .map(NdArray::dims)
        .filteredOn(dims -> dims.length == 4)
        .allSatisfy(dims -> assertThat(Arrays.copyOfRange(dims, 2, 4)).isEqualTo(size));
  }

  /** Where maxima are as good as equal, last bits decide which of two pixels a value goes to. */
  private static double tolerance(Network network) {
    return network.traits().architecture().equals("SegResNet") ? 1e-3 : 1e-4;
  }

  private static void assertAgrees(
      Map<String, NdArray> expected, Map<String, NdArray> actual, double tolerance) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) ->
            assertThat(Difference.ALL_FINITE.relative(value, actual.get(name)))
                .as(name)
                .isLessThan(tolerance));
  }

  private static void trainsAndFolds(Network network) throws Exception {
    GraphBlockOptions options =
        GraphBlockOptions.DEFAULT.withChannelDropouts(network.traits().channelDropouts());
    try (NDManager manager = NDManager.newBaseManager(Device.cpu());
        GraphBlock block = GraphBlock.of(network.graph(), options)) {
      assertThat(block.trainable().stream().map(Parameter::getName))
          .containsExactlyInAnyOrderElementsOf(Network.learnt(network.graph()).keySet());
      double loss = settled(block, manager);
      for (int i = 0; i < STEPS; i++) {
        double next = step(block, manager);
        assertThat(next).isLessThan(loss);
        loss = next;
      }
      Graph trained = block.graph();
      List<Tensor> initial = statistics(network.graph());
      assertThat(statistics(trained)).hasSameSizeAs(initial).noneMatch(initial::contains);
      Graph folded = Folder.fold(trained).graph();
      for (NdArray image : List.of(OnnxRuns.image(1, 3, 64, 96), OnnxRuns.image(2, 3, 33, 71))) {
        Map<String, NdArray> expected = OnnxRuns.run(trained, image);
        assertSizes(expected, image);
        double tolerance = tolerance(network);
        assertAgrees(expected, forward(block, trained.outputs(), manager, image), tolerance);
        assertAgrees(expected, OnnxRuns.run(folded, image), tolerance);
      }
      assertThat(folded.nodes().stream().map(Node::op))
          .filteredOn(Op.BatchNormalization.class::isInstance)
          .hasSize(kept(network.traits().architecture(), trained));
    }
  }

  /**
   * Normalizations that follow no convolution: a dense network's behind what it joined, and ENet's
   * of its pooled image.
   */
  private static int kept(String type, Graph trained) {
    if (type.endsWith("ENet")) {
      return 1;
    }
    Pattern behindJoined = Pattern.compile(".*(layer\\d+.norm1|transition\\d.norm|norm5)");
    return (int)
        trained.nodes().stream()
            .filter(node -> node.op() instanceof Op.BatchNormalization)
            .filter(node -> behindJoined.matcher(node.name()).matches())
            .count();
  }

  private static List<Tensor> statistics(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .flatMap(node -> Stream.of(node.input(3), node.input(4)))
        .map(name -> Objects.requireNonNull(graph.initializers().get(name)))
        .toList();
  }

  static Stream<String> types() {
    return Networks.types().stream()
        .filter(type -> !type.startsWith("RepVGG") || type.equals("RepVGG-B1g4"))
        .filter(type -> !type.startsWith("DenseNet") || type.equals("DenseNet-121"))
        .filter(type -> !type.startsWith("ResNet") || type.equals("ResNet-50"))
        .filter(type -> !type.startsWith("MobileOne") || type.equals("MobileOne-S0"))
        .filter(type -> !type.startsWith("RepViT"));
  }

  @ParameterizedTest
  @MethodSource("types")
  void every_network_trains_and_folds(String type) throws Exception {
    Map<String, Object> arguments = SmallNetworks.arguments(type);
    Networks.arguments(type).stream()
        .filter(name -> name.endsWith("dropout"))
        .forEach(name -> arguments.put(name, 0));
    trainsAndFolds(Networks.build(type, arguments, 4, Networks.initialWeights(type, 11)));
  }

  @ParameterizedTest
  @EnumSource(RepKind.class)
  void every_kind_of_block_trains_and_folds(RepKind kind) throws Exception {
    trainsAndFolds(small("RepPSP", kind));
  }
}
