package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.repfold.blocks.RepKind;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RepLiteTest {
  private static final int CLASSES = 11;
  private static final int BLOCKS = 2 + 4;
  private static final int CLASSIFIERS = 2;
  private static final long DEPLOYED = 95_027;

  @ParameterizedTest
  @CsvSource({"plain, 95291", "repvgg, 106643", "qarepvgg, 106259", "acb, 158987"})
  void it_has_these_parameters_in_training_and_as_many_of_any_kind_when_folded(
      String repconv, long expected) {
    Network network = network(Map.of("repconv", repconv));

    assertThat(network.parameters()).isEqualTo(expected);
    assertThat(Network.parameters(Folder.fold(network.graph()).graph())).isEqualTo(DEPLOYED);
  }

  @ParameterizedTest
  @EnumSource
  void every_block_becomes_one_convolution_that_computes_the_same(RepKind kind)
      throws OrtException {
    Graph trained = network(Map.of("repconv", kind.id(), "width", 6)).graph();

    Graph folded = Folder.fold(trained).graph();

    assertThat(folded.nodes().stream().filter(n -> n.op() instanceof Op.Conv))
        .hasSize(BLOCKS + CLASSIFIERS);
    assertThat(folded.nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    for (List<Integer> size : List.of(List.of(32, 32), List.of(37, 53), List.of(5, 3))) {
      float[] before = logits(trained, size.get(0), size.get(1));
      float[] after = logits(folded, size.get(0), size.get(1));
      assertThat(distance(before, after)).as("at %s", size).isLessThan(1e-4 * largest(before));
    }
  }

  @Test
  void its_dilations_are_those_of_the_configuration() {
    Network network = network(Map.of("repconv", "plain", "dilations", List.of(3, 5)));

    assertThat(network.graph().nodes())
        .filteredOn(n -> n.op() instanceof Op.Conv)
        .extracting(n -> ((Op.Conv) n.op()).window().dilation(0))
        .containsExactly(1, 1, 3, 5, 1, 1);
  }

  @Test
  void dilations_are_numbers_above_0() {
    assertThatThrownBy(() -> network(Map.of("dilations", List.of(1, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "arch.args of RepLite: 'dilations' must be a list of whole numbers from 1 to 65536")
        .hasMessageContaining("[1, 0]");
    assertThatThrownBy(() -> network(Map.of("dilations", Collections.nCopies(1001, 1))))
        .hasMessageContaining("'dilations' must be a list of at most 1000 numbers, found 1001");
  }

  @Test
  void what_no_machine_holds_is_refused_before_it_is_made() {
    assertThatThrownBy(
            () -> Networks.build("RepLite", Map.of("width", 60_000), CLASSES, WeightSource.he(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose a smaller width");
  }

  private static Network network(Map<String, Object> arguments) {
    return Networks.build("RepLite", arguments, CLASSES, WeightSource.random(3));
  }

  /** Of a random image, by ONNX Runtime. */
  private static float[] logits(Graph graph, int height, int width) throws OrtException {
    float[] pixels = new float[2 * 3 * height * width];
    Random random = new Random(height);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = {2, 3, height, width};
    try (var session =
            environment.createSession(
                OnnxModel.of(graph).toBytes(), new OrtSession.SessionOptions());
        var image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), dims);
        var result = session.run(Map.of("image", image))) {
      OnnxTensor logits = (OnnxTensor) result.get(0);
      assertThat(logits.getInfo().getShape()).containsExactly(2, CLASSES, height, width);
      return logits.getFloatBuffer().array();
    }
  }

  private static double distance(float[] a, float[] b) {
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      distance = Math.max(distance, Math.abs(a[i] - b[i]));
    }
    return distance;
  }

  private static double largest(float[] values) {
    return distance(values, new float[values.length]);
  }
}
