package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundInputPoolTest {
  private static final int CLASSES = 5;

  /** Of one bound slot with an image of 8 x 8: three channels in, five classes out, float32. */
  private static final long SMALL = 8 * 8 * (3 + CLASSES) * 4;

  private static BoundInputPool pool(Engine engine, long mostIdleBytes) {
    RepfoldMetadata metadata = new RepfoldMetadata(engine.name(), engine.metadata().custom());
    InputPort port = InputPort.of(engine, metadata, SegmentOptions.defaults());
    return new BoundInputPool(engine, port, "scores", mostIdleBytes);
  }

  /** Takes a slot, runs it often enough to be bound and gives it back. */
  private static BoundInput use(BoundInputPool pool, int height) {
    BoundInput slot = pool.take(1, new ImageSize(height, 8));
    for (int run = 0; run < 2; run++) {
      assertThat(pool.run(slot)).hasToString("float32[1, 5, %d, 8]".formatted(height));
    }
    pool.giveBack(slot);
    return slot;
  }

  @Test
  void slots_that_wait_are_weighed_with_their_outputs() {
    try (Engine engine = SegmentModels.local(CLASSES).load();
        BoundInputPool pool = pool(engine, 6 * SMALL)) {
      BoundInput first = use(pool, 8);
      assertThat(pool.idleBytes()).isEqualTo(SMALL);
      assertThat(use(pool, 8)).isSameAs(first);

      use(pool, 16);
      BoundInput third = use(pool, 24);
      assertThat(pool.idleBytes()).as("1 + 2 + 3 parts of 6").isEqualTo(6 * SMALL);

      use(pool, 32);
      assertThat(pool.idleBytes())
          .as("all before went, as 4 + 3 are more than 6")
          .isEqualTo(4 * SMALL);
      assertThat(use(pool, 24)).isNotSameAs(third);
      assertThat(pool.idleBytes()).isEqualTo(3 * SMALL);
    }
  }

  @Test
  void the_last_one_waits_however_large_it_is() {
    try (Engine engine = SegmentModels.local(CLASSES).load();
        BoundInputPool pool = pool(engine, SMALL)) {
      use(pool, 8);
      BoundInput large = use(pool, 80);

      assertThat(pool.idleBytes()).isEqualTo(10 * SMALL);
      assertThat(use(pool, 80)).isSameAs(large);
    }
  }

  /** What waits, 32 MB if nothing went, is less than the pool's own limit. */
  @Test
  void images_of_many_sizes_are_segmented_in_memory_for_the_largest()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:MaxDirectMemorySize=16m",
                "-cp",
                System.getProperty("java.class.path"),
                ManySizes.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(printed).endsWith("20 images");
    assertThat(process.exitValue()).isZero();
  }

  /** A process of its own: images 320 wide and 160 to 448 high, each twice. */
  static final class ManySizes {
    private ManySizes() {}

    public static void main(String[] arguments) throws IOException {
      List<Integer> heights = List.of(160, 192, 224, 256, 288, 320, 352, 384, 416, 448);
      int done = 0;
      try (Engine engine = SegmentModels.local(CLASSES).load();
          ImageSegmenter segmenter = ImageSegmenter.of(engine, SegmentOptions.defaults())) {
        for (int height : heights) {
          for (int time = 0; time < 2; time++) {
            segmenter.segment(Pictures.source(height, 320, time));
            done++;
          }
        }
      }
      System.out.println(done + " images");
    }
  }
}
