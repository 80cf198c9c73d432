package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LoaderTest {
  private static final int SIZE = 23;

  /** Examples made by a function. */
  private record Made(int size, IntFunction<Example> examples) implements Dataset {
    @Override
    public Example load(int index) {
      return examples.apply(index);
    }

    @Override
    public String id(int index) {
      return "example-" + index;
    }

    @Override
    public int classes() {
      return 3;
    }

    @Override
    public List<String> classNames() {
      return Labeling.numbered(3);
    }

    @Override
    public int ignoreIndex() {
      return 255;
    }
  }

  private static final Dataset DATASET =
      new Made(
          SIZE,
          index -> {
            var random = new SplittableRandom(index);
            return new Example(
                "example-" + index,
                TestImages.image(20 + index, 30, (x, y) -> random.nextInt(1 << 24)),
                TestImages.labels(20 + index, 30, (x, y) -> random.nextInt(3)));
          });

  private static final Transform AUGMENTED =
      Transform.of(
          LoaderArguments.parse(
              java.util.Map.of(
                  "data_dir",
                  "data",
                  "split",
                  "train",
                  "batch_size",
                  4,
                  "augment",
                  true,
                  "base_size",
                  30,
                  "crop_size",
                  24,
                  "rotate",
                  true,
                  "blur",
                  true,
                  "color",
                  0.3)),
          DATASET);

  private static LoaderOptions options(int threads) {
    return new LoaderOptions(4, threads, 3, true, false, 99);
  }

  /** The ids and the numbers of the batches of an epoch. */
  private static List<Object> contents(Loader loader, int epoch, int firstBatch) {
    List<Object> contents = new ArrayList<>();
    Iterator<Batch> batches = loader.epoch(epoch, firstBatch);
    while (batches.hasNext()) {
      try (Batch batch = batches.next()) {
        float[] images = new float[batch.images().remaining()];
        batch.images().get(images);
        long[] labels = new long[batch.labels().remaining()];
        batch.labels().get(labels);
        assertThat(images).hasSize(batch.n() * 3 * batch.height() * batch.width());
        assertThat(labels).hasSize(batch.n() * batch.height() * batch.width());
        contents.add(batch.ids());
        contents.add(Arrays.hashCode(images));
        contents.add(Arrays.hashCode(labels));
      }
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void the_number_of_threads_changes_nothing(int threads) {
    try (var one = new Loader(DATASET, AUGMENTED, options(1));
        var many = new Loader(DATASET, AUGMENTED, options(threads))) {
      for (int epoch = 0; epoch < 3; epoch++) {
        assertThat(contents(many, epoch, 0)).isEqualTo(contents(one, epoch, 0));
      }
    }
  }

  @Test
  void an_epoch_continues_at_any_batch_as_if_it_had_not_stopped() {
    try (var loader = new Loader(DATASET, AUGMENTED, options(2))) {
      List<Object> whole = contents(loader, 1, 0);
      for (int first = 0; first <= loader.batches(); first++) {
        assertThat(contents(loader, 1, first)).isEqualTo(whole.subList(3 * first, whole.size()));
      }
    }
  }

  @Test
  void each_epoch_has_every_example_once_in_an_order_of_its_own() {
    int[] first = Streams.order(7, 0, 1000);
    int[] second = Streams.order(7, 1, 1000);

    assertThat(first).isNotEqualTo(second).isNotEqualTo(Streams.order(8, 0, 1000));
    Arrays.sort(second);
    assertThat(second).isEqualTo(IntStream.range(0, 1000).toArray());
  }

  @Test
  void streams_of_epochs_and_examples_differ() {
    List<Long> first = new ArrayList<>();
    for (int epoch = 0; epoch < 100; epoch++) {
      for (int index = 0; index < 100; index++) {
        first.add(Streams.of(1, epoch, index).nextLong());
      }
    }
    assertThat(first).doesNotHaveDuplicates();
    assertThat(first.stream().filter(value -> value < 0).count()).isBetween(4800L, 5200L);
  }

  @Test
  void augmentation_differs_between_epochs() {
    try (var loader = new Loader(DATASET, AUGMENTED, new LoaderOptions(4, 2, 2, false, false, 1))) {
      List<Object> first = contents(loader, 0, 0);
      List<Object> second = contents(loader, 1, 0);
      assertThat(second.get(0)).isEqualTo(first.get(0));
      assertThat(second.get(1)).isNotEqualTo(first.get(1));
    }
  }

  @Test
  void the_last_batch_is_smaller_or_dropped() {
    try (var all = new Loader(DATASET, AUGMENTED, options(1));
        var whole = new Loader(DATASET, AUGMENTED, new LoaderOptions(4, 1, 2, true, true, 99))) {
      assertThat(all.batches()).isEqualTo(6);
      assertThat(whole.batches()).isEqualTo(5);
      List<Object> every = contents(all, 0, 0);
      assertThat((List<?>) every.get(15)).hasSize(3);
      assertThat(contents(whole, 0, 0)).isEqualTo(every.subList(0, 15));
    }
  }

  @Test
  void buffers_are_direct_in_native_order_and_hold_the_labels_as_they_are() {
    Dataset dataset =
        new Made(
            2,
            index ->
                new Example(
                    "a",
                    TestImages.image(2, 1, (x, y) -> TestImages.gray(10 * index)),
                    TestImages.labels(2, 1, (x, y) -> 60_000 + x + 2 * index)));
    Transform plain =
        (example, random) -> new Prepared(1, 2, new float[6], example.labels().values());
    try (var loader = new Loader(dataset, plain, new LoaderOptions(2, 1, 1, false, false, 0));
        Batch batch = loader.epoch(0, 0).next()) {
      assertThat(batch.images().isDirect()).isTrue();
      assertThat(batch.images().order()).isEqualTo(ByteOrder.nativeOrder());
      assertThat(batch.labels().isDirect()).isTrue();
      assertThat(batch.labels().order()).isEqualTo(ByteOrder.nativeOrder());
      long[] labels = new long[4];
      batch.labels().get(labels);
      assertThat(labels).containsExactly(60_000, 60_001, 60_002, 60_003);
      assertThat(batch.labels().position()).isZero();
    }
  }

  @Test
  void buffers_are_used_again_only_after_their_batch_was_closed() {
    try (var loader = new Loader(DATASET, AUGMENTED, options(2))) {
      Iterator<Batch> batches = loader.epoch(0, 0);
      Batch kept = batches.next();
      float[] before = new float[kept.images().remaining()];
      kept.images().get(before);
      while (batches.hasNext()) {
        batches.next().close();
      }
      float[] after = new float[before.length];
      kept.images().get(after);
      assertThat(after).isEqualTo(before);
      kept.close();
      kept.close();
      assertThatThrownBy(kept::images)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("closed");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void a_failure_is_thrown_where_the_batch_is_taken(int threads) {
    Dataset damaged =
        new Made(
            SIZE,
            index -> {
              if (index == 9) {
                throw new DataException("Cannot use '%s'", "nine.png");
              }
              return DATASET.load(index);
            });
    try (var loader =
        new Loader(damaged, AUGMENTED, new LoaderOptions(4, threads, 3, false, false, 99))) {
      Iterator<Batch> batches = loader.epoch(0, 0);
      batches.next().close();
      batches.next().close();
      assertThatThrownBy(batches::next)
          .isInstanceOf(DataException.class)
          .hasMessage("Cannot use 'nine.png'");
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void an_unforeseen_failure_names_the_example() {
    Transform failing =
        (example, random) -> {
          throw new IllegalStateException("no more");
        };
    try (var loader = new Loader(DATASET, failing, options(2))) {
      Iterator<Batch> batches = loader.epoch(0, 0);
      assertThatThrownBy(batches::next)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("'example-")
          .hasMessageContaining("no more");
    }
  }

  @Test
  void images_of_different_sizes_make_no_batch() {
    Transform plain =
        (example, random) ->
            new Prepared(
                example.image().height(),
                example.image().width(),
                new float[example.image().rgb().length()],
                example.labels().values());
    try (var loader = new Loader(DATASET, plain, options(1));
        var single = new Loader(DATASET, plain, new LoaderOptions(1, 1, 1, true, false, 0))) {
      assertThatThrownBy(() -> loader.epoch(0, 0).next())
          .isInstanceOf(DataException.class)
          .hasMessageContaining("crop_size");
      assertThat(contents(single, 0, 0)).hasSize(3 * SIZE);
    }
  }

  @Test
  void no_more_batches_are_made_ahead_than_asked_for() throws Exception {
    var made = new AtomicInteger();
    Transform counting =
        (Example example, RandomGenerator random) -> {
          made.incrementAndGet();
          return AUGMENTED.apply(example, random);
        };
    try (var loader = new Loader(DATASET, counting, new LoaderOptions(2, 2, 3, false, false, 0))) {
      Iterator<Batch> batches = loader.epoch(0, 0);
      waitFor(() -> made.get() == 6);
      Thread.sleep(50);
      assertThat(made.get()).isEqualTo(6);
      batches.next().close();
      waitFor(() -> made.get() == 8);
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void waitFor(Condition condition) throws InterruptedException {
    while (!condition.holds()) {
      Thread.sleep(2);
    }
  }

  @Test
  void waiting_is_measured() {
    Transform slow =
        (example, random) -> {
          pause(30);
          return AUGMENTED.apply(example, random);
        };
    try (var loader = new Loader(DATASET, slow, new LoaderOptions(1, 1, 1, false, false, 0))) {
      assertThat(loader.waitNanos()).isZero();
      Iterator<Batch> batches = loader.epoch(0, 0);
      batches.next().close();
      batches.next().close();
      assertThat(loader.waitNanos()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(40));
    }
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void closing_wakes_who_waits_and_ends_the_threads() throws Exception {
    var begun = new CountDownLatch(1);
    Transform stuck =
        (example, random) -> {
          begun.countDown();
          pause(60_000);
          return AUGMENTED.apply(example, random);
        };
    List<Throwable> thrown = new ArrayList<>();
    var loader = new Loader(DATASET, stuck, options(2));
    Iterator<Batch> batches = loader.epoch(0, 0);
    var consumer =
        new Thread(
            () -> {
              try {
                batches.next();
              } catch (DataException e) {
                thrown.add(e);
              }
            });
    consumer.start();
    begun.await();
    List<Thread> workers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("repfold-loader-"))
            .filter(thread -> thread.getName().startsWith(loader.threadPrefix()))
            .toList();
    assertThat(workers).isNotEmpty().allMatch(Thread::isDaemon);

    loader.close();
    loader.close();

    consumer.join();
    assertThat(thrown).hasSize(1);
    assertThat(thrown.get(0)).hasMessageContaining("closed");
    for (Thread worker : workers) {
      worker.join();
    }
    assertThatThrownBy(() -> loader.epoch(0, 0).next())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void a_data_set_without_a_whole_batch_is_refused() {
    assertThatThrownBy(
            () -> new Loader(DATASET, AUGMENTED, new LoaderOptions(24, 1, 1, true, true, 0)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("23 examples")
        .hasMessageContaining("drop_last");
  }

  @Test
  void batches_beyond_an_epoch_are_refused() {
    try (var loader = new Loader(DATASET, AUGMENTED, options(1))) {
      assertThatThrownBy(() -> loader.epoch(0, 7))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("6 batches");
    }
  }
}
