package io.repfold.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The requests that wait for one engine, and the threads that run them.
 *
 * <p>The threads are no daemons: ONNX Runtime frees its environment when Java ends, which crashes a
 * run that a daemon would still be in. As they end soon without work, they hold up nobody.
 */
final class Submissions {
  static final int MOST_WAITING = 256;
  private static final int IDLE_SECONDS = 1;

  private final ThreadPoolExecutor pool;

  /**
   * @param threadsOfRun threads that each run uses
   */
  Submissions(String engine, int threadsOfRun) {
    int workers = Math.max(1, Runtime.getRuntime().availableProcessors() / threadsOfRun);
    pool =
        new ThreadPoolExecutor(
            workers,
            workers,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            work -> notDaemon(work, "repfold " + engine));
    pool.allowCoreThreadTimeOut(true);
  }

  static Thread notDaemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(false);
    return thread;
  }

  CompletableFuture<Map<String, HostTensor>> submit(Engine engine, Map<String, HostTensor> inputs) {
    Request request = new Request(engine, inputs, pool::remove);
    try {
      pool.execute(request);
    } catch (RejectedExecutionException e) {
      // A closed engine says so itself.
      if (pool.isShutdown()) {
        request.run();
      } else {
        request.completeExceptionally(
            new EngineException(
                "Cannot run '%s' now: %d requests wait for it already. Wait for one of them, or pass an executor"
                    .formatted(engine.name(), MOST_WAITING)));
      }
    }
    return request;
  }

  static CompletableFuture<Map<String, HostTensor>> submit(
      Engine engine, Map<String, HostTensor> inputs, Executor executor) {
    Request request = new Request(engine, inputs, ignored -> {});
    try {
      executor.execute(request);
    } catch (RejectedExecutionException e) {
      request.completeExceptionally(e);
    }
    return request;
  }

  /** Fails what waits, as the engine is closed by now. */
  void close() {
    pool.shutdown();
    List<Runnable> waiting = new ArrayList<>();
    pool.getQueue().drainTo(waiting);
    waiting.forEach(Runnable::run);
  }

  private static final class Request extends CompletableFuture<Map<String, HostTensor>>
      implements Runnable {
    private final Engine engine;
    private final Map<String, HostTensor> inputs;
    private final Consumer<Request> withdrawal;

    Request(Engine engine, Map<String, HostTensor> inputs, Consumer<Request> withdrawal) {
      this.engine = engine;
      this.inputs = new LinkedHashMap<>(inputs);
      this.withdrawal = withdrawal;
    }

    @Override
    public void run() {
      if (isDone()) {
        return;
      }
      try {
        complete(engine.run(inputs));
      } catch (RuntimeException | Error e) {
        completeExceptionally(e);
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(mayInterrupt);
      withdrawal.accept(this);
      return cancelled;
    }
  }
}
