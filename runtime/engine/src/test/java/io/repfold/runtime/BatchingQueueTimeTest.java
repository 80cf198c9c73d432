package io.repfold.runtime;

import static io.repfold.runtime.BatchingQueueTest.counting;
import static io.repfold.runtime.BatchingQueueTest.x;
import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.BatchingQueue.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When requests leave the queue, by a clock that only these tests move. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BatchingQueueTimeTest {
  private static final Duration BOUND = Duration.ofMillis(300);
  private static final Duration TICK = Duration.ofNanos(1);

  /** Also where the clock overflows while a request waits. */
  @ParameterizedTest(name = "from {0} ns")
  @ValueSource(longs = {0, Long.MAX_VALUE - 1_000_000, -200_000_000})
  void a_lone_request_leaves_when_the_bound_is_reached_and_not_before(long start) throws Exception {
    HandClock clock = new HandClock(start);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(100, BOUND), clock)) {
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      clock.settle();
      clock.move(BOUND.minus(TICK));
      clock.settle();
      assertThat(one).isNotDone();

      clock.move(TICK);
      clock.settle();
      assertThat(one).isCompleted();
      assertThat(rowsOf(one)).isEqualTo(1);
    }
  }

  @Test
  void the_bound_counts_from_the_oldest_request() throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(100, BOUND), clock)) {
      CompletableFuture<Map<String, HostTensor>> oldest = queue.submit(x(1));
      clock.settle();
      clock.move(Duration.ofMillis(200));
      CompletableFuture<Map<String, HostTensor>> newer = queue.submit(x(2));
      clock.settle();
      clock.move(Duration.ofMillis(99));
      CompletableFuture<Map<String, HostTensor>> newest = queue.submit(x(3));
      clock.settle();
      assertThat(List.of(oldest, newer, newest)).noneMatch(CompletableFuture::isDone);

      clock.move(Duration.ofMillis(1));
      clock.settle();
      assertThat(List.of(oldest, newer, newest)).allMatch(CompletableFuture::isDone);
      assertThat(rowsOf(oldest)).isEqualTo(3);

      CompletableFuture<Map<String, HostTensor>> next = queue.submit(x(4));
      clock.settle();
      clock.move(BOUND.minus(TICK));
      clock.settle();
      assertThat(next).as("the next one waits as long again").isNotDone();
      clock.move(TICK);
      clock.settle();
      assertThat(rowsOf(next)).isEqualTo(1);
    }
  }

  @Test
  void each_shape_has_a_bound_of_its_own() throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(100, BOUND), clock)) {
      CompletableFuture<Map<String, HostTensor>> narrow = queue.submit(x(1));
      clock.settle();
      clock.move(Duration.ofMillis(100));
      CompletableFuture<Map<String, HostTensor>> wide = queue.submit(x(1, 2));
      clock.settle();
      clock.move(Duration.ofMillis(200));
      clock.settle();
      assertThat(narrow).isCompleted();
      assertThat(wide).isNotDone();

      clock.move(Duration.ofMillis(100).minus(TICK));
      clock.settle();
      assertThat(wide).isNotDone();
      clock.move(TICK);
      clock.settle();
      assertThat(wide).isCompleted();
    }
  }

  @Test
  void a_full_batch_leaves_at_once_and_the_rest_waits() throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(3, BOUND), clock)) {
      List<CompletableFuture<Map<String, HostTensor>>> results = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        results.add(queue.submit(x(i)));
      }
      clock.settle();
      assertThat(results).noneMatch(CompletableFuture::isDone);

      results.add(queue.submit(x(2)));
      clock.settle();
      assertThat(results).allMatch(CompletableFuture::isDone);
      assertThat(rowsOf(results.get(2))).isEqualTo(3);

      for (int i = 3; i < 7; i++) {
        results.add(queue.submit(x(i)));
      }
      clock.settle();
      assertThat(rowsOf(results.get(5))).isEqualTo(3);
      assertThat(results.get(6)).isNotDone();
      clock.move(BOUND);
      clock.settle();
      assertThat(rowsOf(results.get(6))).isEqualTo(1);
    }
  }

  @Test
  void without_a_bound_to_wait_a_request_leaves_at_once() throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(8, Duration.ZERO), clock)) {
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      clock.settle();
      assertThat(one).isCompleted();
    }
  }

  @Test
  void closing_flushes_what_waits_although_no_time_passes() throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting()) {
      BatchingQueue queue = new BatchingQueue(engine, Options.of(2, BOUND), clock);
      CompletableFuture<Map<String, HostTensor>> narrow = queue.submit(x(1));
      CompletableFuture<Map<String, HostTensor>> wide = queue.submit(x(1, 2));
      clock.settle();
      assertThat(List.of(narrow, wide)).noneMatch(CompletableFuture::isDone);

      int waits = clock.waits();
      Thread closes = new Thread(queue::close);
      closes.setDaemon(true);
      closes.start();
      while (closes.isAlive()) {
        assertThat(clock.waits()).as("closing waits for no time").isEqualTo(waits);
        Thread.sleep(1);
      }
      assertThat(List.of(narrow, wide)).allMatch(CompletableFuture::isDone);
      assertThat(rowsOf(wide)).isEqualTo(1);
    }
  }

  @Test
  void a_request_that_was_cancelled_hurries_nobody() {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(100, BOUND), clock)) {
      List<String> left = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Map<String, HostTensor>> cancelled = queue.submit(x(1));
      clock.move(Duration.ofMillis(10));
      CompletableFuture<Void> wide = queue.submit(x(1, 2)).thenRun(() -> left.add("wide"));
      clock.move(Duration.ofMillis(10));
      CompletableFuture<Void> narrow = queue.submit(x(2)).thenRun(() -> left.add("narrow"));
      cancelled.cancel(false);
      clock.settle();

      clock.move(Duration.ofMillis(289));
      clock.settle();
      assertThat(left).as("9 ms after the bound of the one that was cancelled").isEmpty();

      clock.move(Duration.ofMillis(100));
      clock.settle();
      assertThat(List.of(wide, narrow)).allMatch(CompletableFuture::isDone);
      assertThat(left).as("first what waited longest").containsExactly("wide", "narrow");
    }
  }

  @Test
  void the_thread_ends_when_there_is_no_work_for_a_second_and_another_takes_over()
      throws Exception {
    HandClock clock = new HandClock(0);
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(1, BOUND), clock)) {
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      Thread first = clock.settle();
      assertThat(one).isCompleted();
      clock.move(Duration.ofSeconds(1).minus(TICK));
      assertThat(clock.settle()).isSameAs(first);

      assertThat(clock.move(TICK)).isTrue();
      first.join();
      CompletableFuture<Map<String, HostTensor>> two = queue.submit(x(1));
      assertThat(clock.settle()).isNotSameAs(first);
      assertThat(two).isCompleted();
    }
  }

  /** Of the batch that a request was part of. */
  private static int rowsOf(CompletableFuture<Map<String, HostTensor>> result) throws Exception {
    assertThat(result).isCompleted();
    return (int) result.get().get("size").toDoubles()[0];
  }
}
