package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossTest {
  private static final int IGNORED = 255;
  private static final double TOLERANCE = 2e-6;

  /** Values and gradients computed by PyTorch 2 in double precision, straight from definitions. */
  record Case(
      String title,
      String loss,
      Map<String, Object> args,
      long[] shape,
      float[] logits,
      long[] labels,
      double value,
      double[] gradient) {
    @Override
    public String toString() {
      return loss + args + ", " + title;
    }

    Loss of() {
      return Loss.of(loss, new LossOptions((int) shape[1], IGNORED, args));
    }
  }

  static List<Case> cases() throws IOException {
    try (var json = LossTest.class.getResourceAsStream("losses.json")) {
      return List.of(new ObjectMapper().readValue(json, Case[].class));
    }
  }

  private record Outcome(float value, float[] gradient) {}

  /** The value, and the gradient of three times the loss over three. */
  private static Outcome outcome(Loss loss, float[] logits, long[] labels, long... shape) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(logits, new Shape(shape));
      NDArray y = manager.create(labels, new Shape(shape[0], shape[2], shape[3]));
      x.setRequiresGradient(true);
      try (var collector = Engine.getInstance().newGradientCollector()) {
        NDArray value = loss.of(x, y);
        assertThat(value.getShape().dimension()).isZero();
        NDArray scaled = value.mul(3);
        collector.backward(scaled);
        float[] gradient = x.getGradient().toFloatArray();
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= 3;
        }
        return new Outcome(value.getFloat(), gradient);
      }
    }
  }

  private static float value(Loss loss, float[] logits, long[] labels, long... shape) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(logits, new Shape(shape));
      NDArray y = manager.create(labels, new Shape(shape[0], shape[2], shape[3]));
      return loss.of(x, y).getFloat();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void values_and_gradients_are_those_of_pytorch(Case c) {
    Outcome outcome = outcome(c.of(), c.logits(), c.labels(), c.shape());
    assertThat((double) outcome.value())
        .isCloseTo(c.value(), within(TOLERANCE * Math.max(1, Math.abs(c.value()))));
    for (int i = 0; i < outcome.gradient().length; i++) {
      assertThat((double) outcome.gradient()[i])
          .as("gradient %d", i)
          .isCloseTo(c.gradient()[i], within(TOLERANCE));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradients_are_central_differences(String name) throws IOException {
    Case any = cases().get(0);
    var options = new LossOptions(3, IGNORED, arguments(name));
    Loss loss = Loss.of(name, options);
    float[] gradient = outcome(loss, any.logits(), any.labels(), any.shape()).gradient();
    float h = 1f / 256;
    for (int i = 0; i < gradient.length; i += 5) {
      float[] more = any.logits().clone();
      float[] less = any.logits().clone();
      more[i] += h;
      less[i] -= h;
      double slope =
          (value(loss, more, any.labels(), any.shape())
                  - value(loss, less, any.labels(), any.shape()))
              / (2 * h);
      assertThat((double) gradient[i]).isCloseTo(slope, within(1e-3));
    }
  }

  static List<String> names() {
    return Loss.names();
  }

  private static Map<String, Object> arguments(String name) {
    return name.startsWith("Ohem") ? Map.of("threshold", 0.35, "min_kept", 3) : Map.of();
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_batch_without_valid_pixels_has_no_loss_and_no_gradient(String name) {
    float[] logits = new float[2 * 3 * 2 * 2];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 40 * (i % 5 - 2);
    }
    long[] labels = new long[8];
    Arrays.fill(labels, IGNORED);
    Outcome outcome =
        outcome(Loss.of(name, new LossOptions(3, IGNORED)), logits, labels, 2, 3, 2, 2);
    assertThat(outcome.value() == 0).isTrue();
    for (float g : outcome.gradient()) {
      assertThat(g == 0).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void an_ignored_label_may_be_negative_or_a_class(String name) throws IOException {
    Case c = cases().get(0);
    Loss usual = Loss.of(name, new LossOptions(3, IGNORED));
    Outcome expected = outcome(usual, c.logits(), c.labels(), c.shape());
    long[] labels = Arrays.stream(c.labels()).map(y -> y == IGNORED ? -1 : y).toArray();
    Outcome negative =
        outcome(Loss.of(name, new LossOptions(3, -1)), c.logits(), labels, c.shape());
    assertThat(negative.value()).isEqualTo(expected.value());
    assertThat(negative.gradient()).isEqualTo(expected.gradient());

    long[] zero = Arrays.stream(c.labels()).map(y -> y == 0 ? IGNORED : y).toArray();
    Outcome without = outcome(usual, c.logits(), zero, c.shape());
    long[] ignoredToZero = Arrays.stream(zero).map(y -> y == IGNORED ? 0 : y).toArray();
    Outcome class0 =
        outcome(Loss.of(name, new LossOptions(3, 0)), c.logits(), ignoredToZero, c.shape());
    assertThat(class0.value()).isEqualTo(without.value());
  }

  @Test
  void whole_images_take_one_label_each() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray logits = manager.create(new float[] {1, 2, 3, 0, 0, 0}, new Shape(2, 3));
      Loss loss = Loss.of("CrossEntropy", new LossOptions(3, IGNORED));
      double expected = (Math.log(Math.exp(-2) + Math.exp(-1) + 1) + Math.log(3)) / 2;
      for (Shape shape : List.of(new Shape(2), new Shape(2, 1, 1))) {
        NDArray labels = manager.create(new int[] {2, 1}, shape);
        assertThat((double) loss.of(logits, labels).getFloat()).isCloseTo(expected, within(1e-6));
      }
    }
  }

  @Test
  void an_auxiliary_output_counts_with_its_weight() throws IOException {
    Case c = cases().get(0);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(c.logits(), new Shape(c.shape()));
      NDArray y = manager.create(c.labels(), new Shape(c.shape()[0], c.shape()[2], c.shape()[3]));
      var options = new LossOptions(3, IGNORED, Map.of("threshold", 0.3, "min_kept", 4));
      Loss hard = Loss.of("OhemCrossEntropy", options);
      Loss plain = Loss.of("CrossEntropy", new LossOptions(3, IGNORED));
      NDArray total = new AuxiliaryLoss(hard, AuxiliaryLoss.WEIGHT).of(new NDList(x, x.mul(2)), y);
      double expected = hard.of(x, y).getFloat() + 0.4 * plain.of(x.mul(2), y).getFloat();
      assertThat((double) total.getFloat()).isCloseTo(expected, within(1e-6));
      assertThat(new AuxiliaryLoss(hard, 0.4).of(new NDList(x), y).getFloat())
          .isEqualTo(hard.of(x, y).getFloat());
    }
  }

  @Test
  void a_loss_leaves_nothing_behind_but_itself() throws IOException {
    Case c = cases().get(0);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(c.logits(), new Shape(c.shape()));
      NDArray y = manager.create(c.labels(), new Shape(c.shape()[0], c.shape()[2], c.shape()[3]));
      for (String name : Loss.names()) {
        int before = manager.getManagedArrays().size();
        NDArray value = Loss.of(name, new LossOptions(3, IGNORED)).of(x, y);
        assertThat(manager.getManagedArrays()).as(name).hasSize(before + 1);
        assertThat(value.getFloat()).isPositive();
        value.close();
      }
    }
  }

  @Test
  void labels_out_of_range_are_named() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray logits = manager.zeros(new Shape(1, 3, 1, 2));
      Loss loss = Loss.of("CrossEntropy", new LossOptions(3, IGNORED));
      assertThatThrownBy(
              () -> loss.of(logits, manager.create(new long[] {3, 0}, new Shape(1, 1, 2))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Label 3")
          .hasMessageContaining("0 to 2")
          .hasMessageContaining("255");
      assertThatThrownBy(
              () -> loss.of(logits, manager.create(new long[] {-1, 0}, new Shape(1, 1, 2))))
          .hasMessageContaining("Label -1");
      assertThatThrownBy(() -> loss.of(logits, manager.create(new long[] {1}, new Shape(1, 1, 1))))
          .hasMessageContaining("[N, 3, H, W]");
    }
  }

  @Test
  void unknown_names_and_arguments_are_told_with_the_nearest() {
    assertThatThrownBy(() -> Loss.of("LovaszSoftMax2", new LossOptions(3, IGNORED)))
        .hasMessageContaining("did you mean 'LovaszSoftmax'");
    assertThatThrownBy(() -> Loss.of("FocalLoss", new LossOptions(3, IGNORED, Map.of("gama", 2))))
        .hasMessage("loss_args of FocalLoss: there is no 'gama'; did you mean 'gamma'?");
    assertThatThrownBy(
            () ->
                Loss.of("CrossEntropy", new LossOptions(3, IGNORED, Map.of("weight", List.of(1)))))
        .hasMessageContaining("3 numbers, one a class");
    assertThatThrownBy(() -> Loss.of("DiceLoss", new LossOptions(3, IGNORED, Map.of("smooth", 0))))
        .hasMessageContaining("above 0");
  }
}
