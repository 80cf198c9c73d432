package io.repfold.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.ImageSource;
import io.repfold.image.Mask;
import io.repfold.image.Outcome;
import io.repfold.image.SegmentOptions;
import io.repfold.image.Segmentation;
import io.repfold.image.Tiling;
import io.repfold.images.ImageSize;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.soak.MemoryTrace.Sample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/**
 * Images of mixed sizes on 8 threads and one engine, each mask compared with that of one thread.
 */
final class Soak {
  private static final int THREADS = 8;
  private static final int SAMPLES = 45;

  /** Each thread goes on until it did so much, however slow the machine is. */
  private static final int LEAST = 10;

  /** The last third may have more in memory than the middle third, by this share and amount. */
  private static final double SHARE = 0.03;

  private static final double MEGABYTES = 32;

  /** A way to segment, with what it gives on one thread. */
  private record Way(ImageSegmenter segmenter, List<Mask> expected) {
    static Way of(Engine engine, Engine single, SegmentOptions options) throws Exception {
      List<Mask> expected = new ArrayList<>();
      try (ImageSegmenter segmenter = ImageSegmenter.of(single, options)) {
        for (ImageSource image : Scene.images()) {
          expected.add(segmenter.segment(image).mask());
        }
      }
      return new Way(ImageSegmenter.of(engine, options), expected);
    }
  }

  private static List<SegmentOptions> options() {
    Tiling tiling = Tiling.of(new ImageSize(64, 64), 16);
    return List.of(
        new SegmentOptions.Builder().multiple(2).batch(3).build(),
        new SegmentOptions.Builder().size(new ImageSize(96, 128)).build(),
        new SegmentOptions.Builder().tiling(tiling).batch(2).build());
  }

  private Soak() {}

  /** Takes the seconds, the model and the file that it writes what memory did into. */
  public static void main(String[] arguments) throws Exception {
    int seconds = Integer.parseInt(arguments[0]);
    Path model = Path.of(arguments[1]);
    Path csv = Path.of(arguments[2]);
    MemoryTrace trace = new MemoryTrace();
    long start = System.nanoTime();
    long right = run(model, seconds, trace);
    String summary = summary(right, (System.nanoTime() - start) / 1e9, trace);
    Files.writeString(csv, trace.csv());
    System.out.println(summary);
    assertThat(right).isGreaterThanOrEqualTo(THREADS * (long) LEAST);
    assertFlat(trace, Sample::resident, summary);
    assertFlat(trace, Sample::heap, summary);
  }

  private static void assertFlat(
      MemoryTrace trace, ToDoubleFunction<Sample> figure, String summary) {
    double before = figure.applyAsDouble(trace.third(1));
    assertThat(figure.applyAsDouble(trace.third(2)))
        .as("%s%n%s", summary, trace.csv())
        .isLessThan(before * (1 + SHARE) + MEGABYTES);
  }

  private static long run(Path model, int seconds, MemoryTrace trace) throws Exception {
    EngineOptions options = EngineOptions.defaults();
    AtomicLong right = new AtomicLong();
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, options.withThreads(2));
        Engine single = Backends.onnxRuntimeCpu().load(model, options.withThreads(1))) {
      List<Way> ways = new ArrayList<>();
      for (SegmentOptions each : options()) {
        ways.add(Way.of(engine, single, each));
      }
      List<ImageSource> images = Scene.images();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        workers.add(
            pool.submit(
                () -> {
                  work(ways, images, new SplittableRandom(seed), end, right);
                  return seed;
                }));
      }
      pool.shutdown();
      long pause = Math.max(250, seconds * 1000L / SAMPLES);
      while (!pool.awaitTermination(pause, TimeUnit.MILLISECONDS)) {
        trace.sample();
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
      ways.forEach(way -> way.segmenter().close());
    }
    return right.get();
  }

  private static String summary(long images, double seconds, MemoryTrace trace) {
    return String.format(
        Locale.ROOT,
        "Soak: %d images in %.0f s on %d threads, %.1f a second, every mask as on one thread;"
            + " resident %.0f, %.0f, %.0f MB and heap %.0f, %.0f, %.0f MB (medians of thirds)",
        images,
        seconds,
        THREADS,
        images / seconds,
        trace.third(0).resident(),
        trace.third(1).resident(),
        trace.third(2).resident(),
        trace.third(0).heap(),
        trace.third(1).heap(),
        trace.third(2).heap());
  }

  /** Single images, and now and then all of them with two that cannot be read among them. */
  private static void work(
      List<Way> ways, List<ImageSource> images, SplittableRandom random, long end, AtomicLong right)
      throws Exception {
    for (int done = 0; done < LEAST || System.nanoTime() < end; done++) {
      Way way = ways.get(random.nextInt(ways.size()));
      if (random.nextInt(40) == 0) {
        right.addAndGet(together(way, images));
        continue;
      }
      int index = random.nextInt(images.size());
      Mask mask = way.segmenter().segment(images.get(index)).mask();
      assertThat(mask).as("image %d", index).isEqualTo(way.expected().get(index));
      right.incrementAndGet();
    }
  }

  private static int together(Way way, List<ImageSource> images) throws InterruptedException {
    List<ImageSource> all = new ArrayList<>(images);
    all.add(3, ImageSource.of("bad", "no image".getBytes(StandardCharsets.UTF_8)));
    all.add(Math.min(7, all.size()), ImageSource.of(Path.of("missing.png")));
    List<Outcome<Mask>> outcomes = new ArrayList<>();
    way.segmenter().segmentAll(all, 2, Segmentation::mask, outcomes::add);
    assertThat(outcomes).hasSize(all.size());
    int done = 0;
    for (Outcome<Mask> outcome : outcomes) {
      if (outcome instanceof Outcome.Done<Mask> found) {
        int index = Integer.parseInt(found.name());
        assertThat(found.result()).isEqualTo(way.expected().get(index));
        done++;
      }
    }
    assertThat(done).isEqualTo(images.size());
    return done;
  }
}
