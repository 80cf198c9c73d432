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
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private static final int STEPS = 2;
  private static final float RATE = 1e-3f;

  private static Network small(String type, RepKind kind) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("repconv", kind.id());
    if (type.equals("RepLite")) {
      arguments.put("width", 4);
    } else {
      arguments.put("base_channels", 4);
    }
    if (type.contains("PSP")) {
      arguments.put("backbone", "resnet18");
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

  private static void step(GraphBlock block, NDManager base, int index) {
    try (NDManager manager = base.newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray image = array(manager, OnnxRuns.image(2, 3, 24 + index, 33));
      NDArray loss = manager.create(0f);
      for (NDArray output : block.forward(new NDList(image), true)) {
        loss = loss.add(output.square().mean());
      }
      collector.backward(loss);
    }
    for (Parameter parameter : block.trainable()) {
      NDArray weight = parameter.getArray();
      try (NDArray gradient = weight.getGradient();
          NDArray change = gradient.mul(RATE)) {
        for (float value : gradient.toFloatArray()) {
          if (!Float.isFinite(value)) {
            fail("The gradient of '%s' holds %s", parameter.getName(), value);
          }
        }
        weight.subi(change);
      }
    }
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

  private static void assertAgrees(Map<String, NdArray> expected, Map<String, NdArray> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) ->
            assertThat(Difference.ALL_FINITE.relative(value, actual.get(name)))
                .as(name)
                .isLessThan(1e-4));
  }

  private static void trainsAndFolds(Network network) throws Exception {
    GraphBlockOptions options =
        GraphBlockOptions.DEFAULT.withChannelDropouts(network.traits().channelDropouts());
    try (NDManager manager = NDManager.newBaseManager(Device.cpu());
        GraphBlock block = GraphBlock.of(network.graph(), options)) {
      assertThat(block.trainable().stream().map(Parameter::getName))
          .containsExactlyInAnyOrderElementsOf(Network.learnt(network.graph()).keySet());
      for (int i = 0; i < STEPS; i++) {
        step(block, manager, i);
      }
      Graph trained = block.graph();
      assertThat(statistics(trained)).doesNotContainAnyElementsOf(statistics(network.graph()));

      NdArray image = OnnxRuns.image(1, 3, 25, 39);
      Map<String, NdArray> expected = OnnxRuns.run(trained, image);
      assertAgrees(expected, forward(block, trained.outputs(), manager, image));
      assertAgrees(expected, OnnxRuns.run(Folder.fold(trained).graph(), image));
    }
  }

  private static List<Tensor> statistics(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .flatMap(node -> Stream.of(node.input(3), node.input(4)))
        .map(name -> Objects.requireNonNull(graph.initializers().get(name)))
        .toList();
  }

  static Stream<String> types() {
    return Stream.of("PSPNet", "RepLite", "RepVGG-B1g4");
  }

  @ParameterizedTest
  @MethodSource("types")
  void every_network_trains_and_folds(String type) throws Exception {
    trainsAndFolds(small(type, type.equals("PSPNet") ? RepKind.PLAIN : RepKind.REPVGG));
  }

  @ParameterizedTest
  @EnumSource(RepKind.class)
  void every_kind_of_block_trains_and_folds(RepKind kind) throws Exception {
    trainsAndFolds(small("RepPSP", kind));
  }
}
