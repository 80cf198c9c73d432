package io.repfold.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of a data set ahead of the thread that takes them. Example i of epoch e draws from
 * a stream of its own, found from the seed, e and i: any number of threads, and any first batch,
 * give the same bytes.
 */
public final class Loader implements AutoCloseable {
  private static final AtomicInteger LOADERS = new AtomicInteger();

  private final int number = LOADERS.incrementAndGet();
  private final Dataset dataset;
  private final Transform transform;
  private final LoaderOptions options;
  private final BufferPool pool;
  private final @Nullable ExecutorService threads;
  private final Executor executor;
  private final Set<PendingBatch> pending = ConcurrentHashMap.newKeySet();
  private final AtomicLong waited = new AtomicLong();
  private volatile boolean closed;

  public Loader(Dataset dataset, Transform transform, LoaderOptions options) {
    this.dataset = dataset;
    this.transform = transform;
    this.options = options;
    this.pool = new BufferPool(options.prefetch() + 1);
    this.threads = options.threads() == 0 ? null : start(options.threads());
    this.executor = threads == null ? Runnable::run : threads;
    if (batches() == 0) {
      close();
      throw new DataException(
          "A data set of %d examples gives no batch of %d; make batch_size smaller or drop_last"
              + " false",
          dataset.size(), options.batchSize());
    }
  }

  private ExecutorService start(int threads) {
    AtomicInteger count = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        task -> {
          Thread thread = new Thread(task, threadPrefix() + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /** What the names of its threads begin with. */
  String threadPrefix() {
    return "repfold-loader-%d-".formatted(number);
  }

  /** The number of batches of an epoch. */
  public int batches() {
    int whole = dataset.size() / options.batchSize();
    boolean rest = dataset.size() % options.batchSize() != 0;
    return rest && !options.dropLast() ? whole + 1 : whole;
  }

  /** The time for which {@link Iterator#next} has blocked since this loader was made, in ns. */
  public long waitNanos() {
    return waited.get();
  }

  /**
   * The batches of an epoch, from the first one or from a later one on. The iterator throws a
   * {@link DataException} that names the file if an example cannot be loaded, and then has no next
   * batch.
   *
   * @param epoch counted from 0
   * @param firstBatch counted from 0; {@link #batches} gives an iterator without batches
   */
  public Iterator<Batch> epoch(int epoch, int firstBatch) {
    if (epoch < 0 || firstBatch < 0 || firstBatch > batches()) {
      throw new DataException(
          "Epoch %d has no batch %d; an epoch has %d batches", epoch, firstBatch, batches());
    }
    return new Epoch(this, epoch, firstBatch, threads == null ? 0 : options.prefetch());
  }

  int[] order(int epoch) {
    return options.shuffle()
        ? Streams.order(options.seed(), epoch, dataset.size())
        : IntStream.range(0, dataset.size()).toArray();
  }

  /** Starts to make a batch. */
  PendingBatch start(int epoch, int[] order, int batch) {
    int from = batch * options.batchSize();
    int to = Math.min(order.length, from + options.batchSize());
    List<String> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ids.add(dataset.id(order[i]));
    }
    PendingBatch result = new PendingBatch(ids, pool, pending::remove);
    pending.add(result);
    for (int i = from; i < to; i++) {
      int slot = i - from;
      int index = order[i];
      submit(result, () -> result.fill(slot, () -> prepare(epoch, index)));
    }
    return result;
  }

  private void submit(PendingBatch batch, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      batch.fail(new DataException(e, "The loader is closed"));
    }
    if (closed) {
      batch.fail(new DataException("The loader is closed"));
    }
  }

  private Prepared prepare(int epoch, int index) {
    return transform.apply(dataset.load(index), Streams.of(options.seed(), epoch, index));
  }

  void waited(long nanos) {
    waited.addAndGet(nanos);
  }

  /** Stops the threads; whoever waits for a batch gets a {@link DataException}. */
  @Override
  public void close() {
    closed = true;
    if (threads != null) {
      threads.shutdownNow();
    }
    pending.forEach(batch -> batch.fail(new DataException("The loader is closed")));
  }
}
