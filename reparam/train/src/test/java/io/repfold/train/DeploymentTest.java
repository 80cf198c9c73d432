package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import io.repfold.train.Deployment.Head;
import io.repfold.train.Deployment.Layout;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentTest {
  private static final int[] IMAGES = {2, 3, 5, 7};
  private static final int CLASSES = TinyRun.CLASSES;
  private static final int PLANE = 5 * 7;

  private final double[] pixels = pixels();
  private final double[] logits =
      run(TinyRun.network(), new NdArray(ElementType.FLOAT, IMAGES, pixels), "logits").data();

  private static double[] pixels() {
    Random random = new Random(3);
    double[] values = new double[2 * 3 * PLANE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static NdArray run(OnnxModel model, NdArray images, String output) {
    return new Interpreter(model.graph()).run(Map.of("image", images)).get(output);
  }

  @Test
  void what_only_training_needs_is_gone() {
    OnnxModel deployed = Deployment.inference(TinyRun.network());
    Graph graph = deployed.graph();

    assertThat(graph.outputs()).extracting(o -> o.name()).containsExactly("logits");
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.Dropout);
    assertThat(graph.initializers().keySet())
        .noneMatch(name -> name.startsWith("side") || name.equals("rate"));
    NetworkMetadata traits = NetworkMetadata.fromMetadata(deployed.metadata()).orElseThrow();
    assertThat(traits).isEqualTo(NetworkMetadata.of("Tiny", CLASSES));
    NdArray images = new NdArray(ElementType.FLOAT, IMAGES, pixels);
    assertThat(run(deployed, images, "logits").data()).isEqualTo(logits);
  }

  @ParameterizedTest
  @EnumSource
  void softmax_gives_probabilities(Layout layout) {
    NdArray found = deployed(Head.SOFTMAX, layout, "probabilities");

    for (int pixel = 0; pixel < 2 * PLANE; pixel++) {
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        sum += Math.exp(logit(pixel, c));
      }
      for (int c = 0; c < CLASSES; c++) {
        assertThat(at(found, layout, pixel, c))
            .isCloseTo(Math.exp(logit(pixel, c)) / sum, org.assertj.core.data.Offset.offset(1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void logits_move_with_the_layout(Layout layout) {
    NdArray found = deployed(Head.LOGITS, layout, layout == Layout.NHWC ? "logits_nhwc" : "logits");

    for (int pixel = 0; pixel < 2 * PLANE; pixel++) {
      for (int c = 0; c < CLASSES; c++) {
        assertThat(at(found, layout, pixel, c)).isEqualTo(logit(pixel, c));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void argmax_gives_classes_without_their_axis(Layout layout) {
    NdArray found = deployed(Head.ARGMAX, layout, "classes");

    assertThat(found.type()).isEqualTo(ElementType.INT64);
    assertThat(found.dims()).containsExactly(2, 5, 7);
    for (int pixel = 0; pixel < 2 * PLANE; pixel++) {
      int best = (int) found.data()[pixel];
      for (int c = 0; c < CLASSES; c++) {
        assertThat(logit(pixel, best)).isGreaterThanOrEqualTo(logit(pixel, c));
      }
    }
  }

  private NdArray deployed(Head head, Layout layout, String output) {
    OnnxModel model = Deployment.with(Deployment.inference(TinyRun.network()), head, layout);
    assertThat(model.graph().outputs()).extracting(o -> o.name()).containsExactly(output);
    boolean last = layout == Layout.NHWC;
    List<Dim> dims = model.graph().inputs().get(0).shape().orElseThrow().dims();
    assertThat(dims.get(last ? 3 : 1)).isEqualTo(Dim.of(3));
    assertThat(Deployment.layout(model.metadata())).isEqualTo(layout);
    int[] shape = last ? new int[] {2, 5, 7, 3} : IMAGES;
    double[] values = pixels;
    if (last) {
      values = new double[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        int n = i / (3 * PLANE);
        int c = i / PLANE % 3;
        values[(n * PLANE + i % PLANE) * 3 + c] = pixels[i];
      }
    }
    return run(model, new NdArray(ElementType.FLOAT, shape, values), output);
  }

  /**
   * @param pixel counted over both images
   */
  private double logit(int pixel, int c) {
    return logits[(pixel / PLANE * CLASSES + c) * PLANE + pixel % PLANE];
  }

  private static double at(NdArray scores, Layout layout, int pixel, int c) {
    return layout == Layout.NHWC
        ? scores.data()[pixel * CLASSES + c]
        : scores.data()[(pixel / PLANE * CLASSES + c) * PLANE + pixel % PLANE];
  }

  @Test
  void a_classifier_has_no_axes_to_move_behind() {
    GraphBuilder b = new GraphBuilder("classes", WeightSource.he(1));
    b.output(
        b.named("logits").linear(b.flatten(b.globalAveragePool(b.input("image", 2, 3, 5, 7))), 4));

    Graph graph = Deployment.with(OnnxModel.of(b.build()), Head.SOFTMAX, Layout.NHWC).graph();

    assertThat(graph.outputs().get(0).shape().orElseThrow().dims())
        .containsExactly(Dim.of(2), Dim.of(4));
    assertThat(graph.nodes()).filteredOn(n -> n.op() instanceof Op.Transpose).hasSize(1);
  }

  @Test
  void a_dropout_at_the_end_keeps_the_outputs_name() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
    String x = b.input("image", 1, 3, 4, 4);
    b.output(
        b.named("end").op("drop", new Op.Dropout(java.util.OptionalDouble.of(0.5)), List.of(x), 3));

    Graph graph = Deployment.inference(OnnxModel.of(b.build())).graph();

    assertThat(graph.outputs().get(0).name()).isEqualTo("end");
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.Dropout);
  }

  @Test
  void scores_of_another_rank_get_no_head() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.he(1));
    b.output(b.relu(b.input("image", 3, 4, 4)));
    OnnxModel model = OnnxModel.of(b.build());

    assertThatThrownBy(() -> Deployment.with(model, Head.ARGMAX, Layout.NCHW))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("must be scores");
  }
}
