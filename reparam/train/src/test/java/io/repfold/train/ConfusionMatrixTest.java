package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  private static final int IGNORED = 255;

  @Test
  void figures_are_those_of_the_definitions() {
    ConfusionMatrix matrix = new ConfusionMatrix(4, IGNORED);
    matrix.add(new int[] {0, 0, 1, 1, 2, 0}, new int[] {0, 0, 0, 1, 1, IGNORED});
    matrix.add(new int[] {1, 1}, new int[] {1, IGNORED});
    assertThat(matrix.pixels()).isEqualTo(6);
    assertThat(matrix.count(0, 1)).isEqualTo(1);
    assertThat(matrix.iou()).containsExactly(2 / 3.0, 2 / 4.0, 0, Double.NaN);
    assertThat(matrix.meanIou()).isCloseTo((2 / 3.0 + 0.5 + 0) / 3, within(1e-15));
    assertThat(matrix.accuracy()).containsExactly(2 / 3.0, 2 / 3.0, Double.NaN, Double.NaN);
    assertThat(matrix.meanAccuracy()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(matrix.pixelAccuracy()).isCloseTo(4 / 6.0, within(1e-15));
  }

  @Test
  void a_perfect_image_of_one_class_of_five_is_perfect() {
    ConfusionMatrix matrix = new ConfusionMatrix(5, IGNORED);
    matrix.add(new int[] {3, 3, 3}, new int[] {3, 3, 3});
    assertThat(matrix.meanIou()).isEqualTo(1);
  }

  @Test
  void without_pixels_there_are_no_figures() {
    ConfusionMatrix matrix = new ConfusionMatrix(2, IGNORED);
    matrix.add(new int[] {0}, new int[] {IGNORED});
    assertThat(matrix.meanIou()).isNaN();
    assertThat(matrix.pixelAccuracy()).isNaN();
    matrix.add(new int[] {0}, new int[] {1});
    assertThat(matrix.meanIou()).isZero();
    matrix.clear();
    assertThat(matrix.meanIou()).isNaN();
  }

  @Test
  void the_engine_counts_the_same() {
    SplittableRandom random = new SplittableRandom(5);
    int classes = 3;
    int[] shape = {2, 5, 7};
    int size = shape[0] * shape[1] * shape[2];
    int[] predicted = random.ints(size, 0, classes).toArray();
    int[] labels = random.ints(size, -1, classes).toArray();
    float[] logits = new float[size * classes];
    int area = shape[1] * shape[2];
    for (int i = 0; i < size; i++) {
      for (int c = 0; c < classes; c++) {
        double score = random.nextDouble() + (predicted[i] == c ? 2 : 0);
        logits[(i / area * classes + c) * area + i % area] = (float) score;
      }
    }
    ConfusionMatrix expected = new ConfusionMatrix(classes, -1);
    expected.add(predicted, labels);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(logits, new Shape(shape[0], classes, shape[1], shape[2]));
      NDArray y = manager.create(labels, new Shape(shape[0], shape[1], shape[2]));
      int arrays = manager.getManagedArrays().size();
      ConfusionMatrix matrix = new ConfusionMatrix(classes, -1);
      matrix.add(x, y);
      assertThat(matrix).hasToString(expected.toString());
      for (int i = 0; i < classes * classes; i++) {
        assertThat(matrix.count(i / classes, i % classes))
            .isEqualTo(expected.count(i / classes, i % classes));
      }
      assertThat(manager.getManagedArrays()).hasSize(arrays);

      ConfusionMatrix images = new ConfusionMatrix(2, IGNORED);
      images.add(
          manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2)), manager.create(new long[2]));
      assertThat(images.pixelAccuracy()).isEqualTo(0.5);
    }
  }

  @Test
  void what_cannot_be_counted_is_refused_whole() {
    ConfusionMatrix matrix = new ConfusionMatrix(2, IGNORED);
    assertThatThrownBy(() -> matrix.add(new int[] {0, 0}, new int[] {0, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Label 2 is neither one of 2 classes nor the ignored label 255");
    assertThatThrownBy(() -> matrix.add(new int[] {0, -1}, new int[] {0, 0}))
        .hasMessageContaining("Predicted class -1");
    assertThatThrownBy(() -> matrix.add(new int[1], new int[2]))
        .hasMessageContaining("1 predictions for 2 labels");
    assertThat(matrix.pixels()).isZero();
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(
              () -> matrix.add(manager.zeros(new Shape(1, 3, 1, 1)), manager.create(new int[1])))
          .hasMessageContaining("[N, 2, H, W]");
    }
  }

  @Test
  void the_table_names_classes_and_says_which_are_absent() {
    ConfusionMatrix matrix = new ConfusionMatrix(2, IGNORED);
    matrix.add(new int[] {0, 0}, new int[] {0, 0});
    assertThat(matrix.table(List.of("background", "cat")))
        .isEqualTo(
            """
            class          IoU  accuracy        pixels
            background  1.0000    1.0000             2
            cat         absent    absent             0
            mean        1.0000    1.0000             2
            pixel accuracy 1.0000\
            """);
  }
}
