package io.repfold.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests that come one by one in batches. Requests of the same shapes are put together along
 * the first dimension, until there are enough or the oldest has waited long enough; while a batch
 * is computed, the next one gathers.
 *
 * <p>A request that does not fit the model fails at once and alone. If a batch fails, each of its
 * requests is run again by itself, so that only those fail that fail by themselves. If the queue's
 * thread cannot start or ends with an error, what waits fails with it, and the next request starts
 * another.
 *
 * <p>For any number of threads. Closing the queue leaves the engine open.
 */
public final class BatchingQueue implements AutoCloseable {
  /** How long a thread stays that has nothing to do. */
  private static final long IDLE_NANOSECONDS = TimeUnit.SECONDS.toNanos(1);

  /**
   * When to run.
   *
   * @param maxBatch requests that are run together at most, at least 1
   * @param maxDelay how long a request waits for others at most; the batch that is being computed
   *     by then comes on top
   * @param maxWaiting requests that may wait, at least {@code maxBatch}; further ones fail at once
   */
  public record Options(int maxBatch, Duration maxDelay, int maxWaiting) {
    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one of them is out of range
     */
    public Options {
      if (maxBatch < 1) {
        throw new IllegalArgumentException("A batch has at least 1 request, not " + maxBatch);
      }
      if (maxDelay.isNegative() || maxDelay.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "A request waits for 0 seconds to an hour, not " + maxDelay);
      }
      if (maxWaiting < maxBatch) {
        throw new IllegalArgumentException(
            "%d requests that may wait are fewer than the %d of a batch"
                .formatted(maxWaiting, maxBatch));
      }
    }

    /** Some requests or milliseconds; up to 1024 may wait. */
    public static Options of(int maxBatch, Duration maxDelay) {
      return new Options(maxBatch, maxDelay, Math.max(1024, maxBatch));
    }
  }

  private final Engine engine;
  private final Options options;
  private final Batch batch;
  private final QueueClock clock;
  private final ThreadFactory threads;

  private final Lock lock = new ReentrantLock();
  private final Condition changed;

  /** By what {@link Batch#key} makes of their shapes; no deque is empty. */
  private final Map<List<List<Long>>, Deque<Request>> waiting = new LinkedHashMap<>();

  private int count;
  private boolean working;
  private boolean closed;
  private @Nullable Thread worker;

  private record Request(
      Map<String, HostTensor> inputs,
      CompletableFuture<Map<String, HostTensor>> result,
      long arrival) {}

  /**
   * A queue for one engine.
   *
   * @throws EngineException if the model has a fixed batch size, that is, if the first dimension of
   *     an input or output is missing or a number; names it
   */
  public BatchingQueue(Engine engine, Options options) {
    this(engine, options, QueueClock.SYSTEM);
  }

  BatchingQueue(Engine engine, Options options, QueueClock clock) {
    this(
        engine,
        options,
        clock,
        work -> Submissions.notDaemon(work, "repfold batches of " + engine.name()));
  }

  /**
   * @param threads make the one that runs batches, whenever there is none
   */
  BatchingQueue(Engine engine, Options options, QueueClock clock, ThreadFactory threads) {
    this.engine = engine;
    this.options = options;
    this.batch = new Batch(engine);
    this.clock = clock;
    this.threads = threads;
    this.changed = clock.newCondition(lock);
  }

  /**
   * Hands in one request. What is chained to the result runs on the queue's thread and keeps it
   * from the next batch. Cancelling the result takes the request back if it still waits.
   *
   * @param inputs as for {@link Engine#run(Map)}, each with 1 as its first dimension; not to be
   *     written to before the result is there
   * @return the outputs, each with 1 as its first dimension; or the {@link EngineException} that
   *     says why not; or the {@link IllegalStateException} of a queue or engine that is closed; or
   *     the error for which the queue's thread did not start or ended
   */
  public CompletableFuture<Map<String, HostTensor>> submit(Map<String, HostTensor> inputs) {
    Map<String, HostTensor> own = new LinkedHashMap<>(inputs);
    Request request = new Request(own, new CompletableFuture<>(), clock.nanoTime());
    try {
      batch.check(own);
      enqueue(request);
    } catch (EngineException | IllegalStateException | Error e) {
      request.result.completeExceptionally(e);
    }
    return request.result;
  }

  /**
   * Finishes the requests that wait, without waiting for more, and refuses further ones. Called on
   * the queue's own thread, it returns before they are finished. Closing again does nothing.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      while (working && worker != Thread.currentThread()) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(Request request) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            "The batching queue of '%s' is closed".formatted(engine.name()));
      }
      if (count == options.maxWaiting) {
        dropDone();
      }
      if (count == options.maxWaiting) {
        throw new EngineException(
            "Cannot run '%s' now: %d requests wait for it already"
                .formatted(engine.name(), options.maxWaiting));
      }
      waiting.computeIfAbsent(batch.key(request.inputs), k -> new ArrayDeque<>()).add(request);
      count++;
      if (!working) {
        start();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    try {
      Thread thread = threads.newThread(this::work);
      worker = thread;
      working = true;
      thread.start();
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  private void work() {
    List<Request> running = List.of();
    try {
      for (running = next(); !running.isEmpty(); running = next()) {
        run(running);
      }
    } catch (RuntimeException | Error e) {
      running.forEach(request -> request.result.completeExceptionally(e));
      lock.lock();
      try {
        end(e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Says that no thread works, and fails what waits for it. */
  private void end(Throwable cause) {
    working = false;
    List<Request> left = new ArrayList<>();
    waiting.values().forEach(left::addAll);
    waiting.clear();
    count = 0;
    changed.signalAll();
    left.forEach(request -> request.result.completeExceptionally(cause));
  }

  /** Waits for requests to run; none when the thread shall end. */
  private List<Request> next() {
    lock.lock();
    try {
      long idleSince = clock.nanoTime();
      while (true) {
        long now = clock.nanoTime();
        List<Request> due = due(now);
        if (!due.isEmpty()) {
          return due;
        }
        long patience = count > 0 ? untilDue(now) : idleSince + IDLE_NANOSECONDS - now;
        if (count == 0 && (closed || patience <= 0)) {
          working = false;
          changed.signalAll();
          return List.of();
        }
        try {
          changed.awaitNanos(patience);
        } catch (InterruptedException e) {
          // Whoever chained this to a result meant the work that was done then.
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The requests of the group whose oldest has waited longest among those that need not wait. */
  private List<Request> due(long now) {
    Deque<Request> best = null;
    dropDone();
    for (Deque<Request> group : waiting.values()) {
      if (isDue(group, now)
          && (best == null || group.getFirst().arrival - best.getFirst().arrival < 0)) {
        best = group;
      }
    }
    List<Request> due = new ArrayList<>();
    while (best != null && !best.isEmpty() && due.size() < options.maxBatch) {
      due.add(best.removeFirst());
      count--;
    }
    return due;
  }

  /** Forgets requests that were cancelled. */
  private void dropDone() {
    for (Iterator<Deque<Request>> groups = waiting.values().iterator(); groups.hasNext(); ) {
      Deque<Request> group = groups.next();
      int before = group.size();
      group.removeIf(request -> request.result.isDone());
      count -= before - group.size();
      if (group.isEmpty()) {
        groups.remove();
      }
    }
  }

  private boolean isDue(Deque<Request> group, long now) {
    return closed
        || group.size() >= options.maxBatch
        || now - group.getFirst().arrival >= options.maxDelay.toNanos();
  }

  private long untilDue(long now) {
    return waiting.values().stream()
        .mapToLong(group -> group.getFirst().arrival + options.maxDelay.toNanos() - now)
        .min()
        .orElse(0);
  }

  private void run(List<Request> requests) {
    List<Map<String, HostTensor>> outputs;
    try {
      outputs = batch.run(requests.stream().map(Request::inputs).toList());
    } catch (RuntimeException | Error e) {
      if (requests.size() == 1) {
        requests.get(0).result.completeExceptionally(e);
      } else {
        requests.forEach(request -> run(List.of(request)));
      }
      return;
    }
    for (int i = 0; i < requests.size(); i++) {
      requests.get(i).result.complete(outputs.get(i));
    }
  }
}
