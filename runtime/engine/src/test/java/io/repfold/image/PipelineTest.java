package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.runtime.Engine;
import io.repfold.runtime.OnnxModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineTest {
  private static final OnnxModel MODEL = SegmentModels.conv(4, 3, 1, "N", "H", "W");

  private static SegmentOptions options(int batch) {
    return new SegmentOptions.Builder().batch(batch).multiple(8).build();
  }

  private static List<ImageSource> images() {
    return IntStream.range(0, 40)
        .mapToObj(i -> Pictures.source(8 + 8 * (i / 3 % 3), 16 + i % 2, i))
        .toList();
  }

  private static List<Outcome<Mask>> all(
      ImageSegmenter segmenter, int workers, List<ImageSource> images) throws Exception {
    return all(segmenter, workers, 1, images);
  }

  private static List<Outcome<Mask>> all(
      ImageSegmenter segmenter, int workers, int runs, List<ImageSource> images) throws Exception {
    List<Outcome<Mask>> outcomes = new ArrayList<>();
    StageFigures figures =
        segmenter.segmentAll(images, workers, runs, Segmentation::mask, outcomes::add);
    long done = outcomes.stream().filter(Outcome.Done.class::isInstance).count();
    assertThat(figures.images()).isEqualTo((int) done);
    assertThat(outcomes).hasSameSizeAs(images);
    return outcomes;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 4, 1", "3, 1, 1", "5, 3, 1", "64, 2, 1", "1, 4, 4", "3, 3, 2"})
  void masks_and_their_order_do_not_depend_on_workers_and_batches(int batch, int workers, int runs)
      throws Exception {
    try (Engine engine = MODEL.load();
        ImageSegmenter single = ImageSegmenter.of(engine, options(1));
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(batch))) {
      List<Outcome<Mask>> outcomes = all(segmenter, workers, runs, images());

      assertThat(outcomes).hasSize(40);
      for (int i = 0; i < 40; i++) {
        Mask expected = single.segment(images().get(i)).mask();
        assertThat(outcomes.get(i)).isEqualTo(new Outcome.Done<>(images().get(i).name(), expected));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "4, 1", "4, 3"})
  void a_bad_image_fails_alone(int batch, int workers) throws Exception {
    List<ImageSource> images = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      images.add(
          switch (i) {
            case 2 ->
                ImageSource.of(
                    "text", "no image".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            case 5 -> ImageSource.of("huge", Pictures.claiming(70_000, 70_000));
            case 6 -> ImageSource.of(Path.of("missing.png"));
            default -> Pictures.source(16, 16, i);
          });
    }
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(batch))) {
      List<Outcome<Mask>> outcomes = all(segmenter, workers, images);

      Set<Integer> bad = Set.of(2, 5, 6);
      for (int i = 0; i < 12; i++) {
        if (bad.contains(i)) {
          assertThat(outcomes.get(i)).isInstanceOf(Outcome.Failed.class);
          assertThat(((Outcome.Failed<Mask>) outcomes.get(i)).reason())
              .contains(images.get(i).name());
        } else {
          assertThat(outcomes.get(i))
              .isEqualTo(new Outcome.Done<>("16x16", segmenter.segment(images.get(i)).mask()));
        }
      }
    }
  }

  @Test
  void what_an_encoder_throws_is_the_failure_of_its_image() throws Exception {
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(2))) {
      List<Outcome<String>> outcomes = new ArrayList<>();
      segmenter.segmentAll(
          List.of(Pictures.source(8, 8, 1), Pictures.source(8, 9, 2), Pictures.source(8, 8, 3)),
          2,
          segmentation -> {
            if (segmentation.name().equals("8x9")) {
              throw new IOException("the disk is full");
            }
            return segmentation.name();
          },
          outcomes::add);
      assertThat(outcomes.get(0)).isEqualTo(new Outcome.Done<>("8x8", "8x8"));
      assertThat(((Outcome.Failed<String>) outcomes.get(1)).reason())
          .isEqualTo("'8x9': the disk is full");
      assertThat(outcomes.get(2)).isEqualTo(new Outcome.Done<>("8x8", "8x8"));
    }
  }

  @Test
  void what_fails_counts_in_no_figure() throws Exception {
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(1))) {
      List<ImageSource> images =
          IntStream.range(0, 9)
              .mapToObj(i -> i == 4 ? Pictures.source(8, 8, i) : ImageSource.of(Path.of("no" + i)))
              .toList();

      StageFigures one = segmenter.segmentAll(images, 2, Segmentation::mask, outcome -> {});
      assertThat(one.images()).isEqualTo(1);
      assertThat(one.imagesPerSecond() * one.elapsedSeconds()).isEqualTo(1, within(1e-9));
      assertThat(one.millisecondsPerImage(Stage.RUN)).isEqualTo(1000 * one.total(Stage.RUN));

      StageFigures none =
          segmenter.segmentAll(images.subList(0, 4), 2, Segmentation::mask, outcome -> {});
      assertThat(none.images()).isZero();
      assertThat(none.imagesPerSecond()).isZero();
      assertThat(none.total(Stage.DECODE)).isZero();
    }
  }

  @Test
  void stages_take_time_on_several_threads() throws Exception {
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(1))) {
      Set<String> threads = ConcurrentHashMap.newKeySet();
      StageFigures figures =
          segmenter.segmentAll(
              images(),
              4,
              segmentation -> {
                threads.add(Thread.currentThread().getName());
                return segmentation.mask().png(Palette.voc());
              },
              outcome -> assertThat(outcome).isInstanceOf(Outcome.Done.class));
      double shares = 0;
      for (Stage stage : Stage.values()) {
        assertThat(figures.total(stage)).as(stage.toString()).isPositive();
        assertThat(figures.millisecondsPerImage(stage)).isPositive();
        shares += figures.share(stage);
      }
      assertThat(shares).isBetween(0.999, 1.001);
      assertThat(figures.imagesPerSecond()).isPositive();
      assertThat(threads).hasSizeGreaterThan(1);
    }
  }

  @Test
  void a_closed_engine_fails_what_is_left_and_a_closed_segmenter_says_its_name() throws Exception {
    Engine engine = MODEL.load();
    ImageSegmenter segmenter = ImageSegmenter.of(engine, options(1));
    List<Outcome<Mask>> outcomes = new ArrayList<>();
    segmenter.segmentAll(
        images(),
        2,
        Segmentation::mask,
        outcome -> {
          outcomes.add(outcome);
          if (outcomes.size() == 5) {
            engine.close();
          }
        });
    assertThat(outcomes).hasSize(40);
    assertThat(outcomes.subList(0, 5)).allMatch(Outcome.Done.class::isInstance);
    assertThat(outcomes.get(39)).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed<Mask>) outcomes.get(39)).reason()).contains("is closed");

    segmenter.close();
    segmenter.close();
    assertThatThrownBy(() -> segmenter.segment(images().get(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("segmenter of 'tiny.onnx' is closed");
  }

  @Test
  void an_interrupt_ends_it() {
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(1))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> segmenter.segmentAll(images(), 1, Segmentation::mask, outcome -> {}))
          .isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void the_number_of_workers_is_checked() {
    try (Engine engine = MODEL.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options(1))) {
      assertThatThrownBy(() -> segmenter.segmentAll(images(), 0, Segmentation::mask, outcome -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 64 workers, not 0");
      for (int runs : new int[] {0, 3}) {
        assertThatThrownBy(
                () -> segmenter.segmentAll(images(), 2, runs, Segmentation::mask, outcome -> {}))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "Of 2 workers, 1 to 2 may run the network at a time, not " + runs);
      }
    }
  }
}
