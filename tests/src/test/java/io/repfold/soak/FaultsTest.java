package io.repfold.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.ImageSource;
import io.repfold.image.Mask;
import io.repfold.image.SegmentOptions;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is broken while it is in use becomes an error for those whom it concerns. */
@Tag("slow")
class FaultsTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 5;
  private static final SegmentOptions OPTIONS = SegmentOptions.defaults();

  @TempDir private Path folder;

  private interface Fault {
    void happen() throws Exception;
  }

  private static Engine load(Path file) {
    return Backends.onnxRuntimeCpu().load(file, EngineOptions.defaults().withThreads(1));
  }

  private static List<Mask> masks(Path file) throws Exception {
    List<Mask> masks = new ArrayList<>();
    try (Engine engine = load(file);
        ImageSegmenter segmenter = ImageSegmenter.of(engine, OPTIONS)) {
      for (ImageSource image : Scene.images()) {
        masks.add(segmenter.segment(image).mask());
      }
    }
    return masks;
  }

  /** Segments on several threads and lets the fault happen in the midst of it. */
  private static List<Future<Integer>> during(
      ImageSegmenter segmenter, List<Mask> expected, Fault fault) throws Exception {
    List<ImageSource> images = Scene.images();
    AtomicInteger done = new AtomicInteger();
    Callable<Integer> work =
        () -> {
          int right = 0;
          for (int i = 0; i < ROUNDS * images.size(); i++) {
            int index = i % images.size();
            Mask mask = segmenter.segment(images.get(index)).mask();
            assertThat(mask).isEqualTo(expected.get(index));
            done.incrementAndGet();
            right++;
          }
          return right;
        };
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    List<Future<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      workers.add(pool.submit(work));
    }
    while (done.get() < images.size()) {
      Thread.sleep(1);
    }
    fault.happen();
    pool.shutdown();
    return workers;
  }

  @Test
  void a_model_file_that_is_replaced_truncated_or_removed_does_not_touch_a_loaded_one()
      throws Exception {
    Path file = Scene.network(folder.resolve("model.onnx"), 1);
    Path other = Scene.network(folder.resolve("other.onnx"), 2);
    List<Mask> expected = masks(file);
    List<Fault> faults =
        List.of(
            () -> Files.write(file, Files.readAllBytes(other)),
            () -> {
              try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.setLength(100);
              }
            },
            () -> Files.delete(file));
    try (Engine engine = load(file);
        ImageSegmenter segmenter = ImageSegmenter.of(engine, OPTIONS)) {
      for (Fault fault : faults) {
        for (Future<Integer> worker : during(segmenter, expected, fault)) {
          assertThat(worker.get()).isEqualTo(ROUNDS * expected.size());
        }
      }
    }
    assertThatThrownBy(() -> load(file))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("model.onnx");
  }

  @Test
  void a_truncated_model_is_not_loaded() throws Exception {
    Path file = Scene.network(folder.resolve("model.onnx"), 1);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> load(file))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("model.onnx");
    }
  }

  @Test
  void closing_the_engine_ends_those_who_run_with_an_error_that_says_so() throws Exception {
    Path file = Scene.network(folder.resolve("model.onnx"), 1);
    List<Mask> expected = masks(file);
    Engine engine = load(file);
    Engine bystander = load(file);
    try (ImageSegmenter segmenter = ImageSegmenter.of(engine, OPTIONS);
        ImageSegmenter beside = ImageSegmenter.of(bystander, OPTIONS)) {
      for (Future<Integer> worker : during(segmenter, expected, engine::close)) {
        assertThatThrownBy(worker::get)
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("model.onnx' is closed");
      }
      for (Future<Integer> worker : during(beside, expected, engine::close)) {
        assertThat(worker.get()).isEqualTo(ROUNDS * expected.size());
      }
    } finally {
      bystander.close();
    }
  }

  @Test
  void closing_the_segmenter_lets_what_runs_finish_and_leaves_the_engine_open() throws Exception {
    Path file = Scene.network(folder.resolve("model.onnx"), 1);
    List<Mask> expected = masks(file);
    try (Engine engine = load(file)) {
      ImageSegmenter segmenter = ImageSegmenter.of(engine, OPTIONS);
      for (Future<Integer> worker : during(segmenter, expected, segmenter::close)) {
        assertThatThrownBy(worker::get)
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("segmenter of '")
            .hasMessageContaining("is closed");
      }
      try (ImageSegmenter again = ImageSegmenter.of(engine, OPTIONS)) {
        assertThat(again.segment(Scene.images().get(4)).mask()).isEqualTo(expected.get(4));
      }
    }
  }
}
