package io.repfold.image;

import io.repfold.image.ImagePass.Decoded;
import io.repfold.image.ImageSegmenter.Encoder;
import io.repfold.image.Network.Job;
import io.repfold.images.ImageSize;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings images through decoding, network and encoding on several threads, in order and with a
 * bounded number under way. Which images share a run depends on nothing but the images.
 *
 * @param <T> what becomes of a result
 */
final class Pipeline<T> {
  private static final int MOST_WORKERS = 64;

  private final ImagePass method;
  private final Encoder<T> encoder;
  private final int workers;
  private final StageTimes times;
  private final AtomicInteger threads = new AtomicInteger();

  /** The network runs for so many at a time, first come, first served. */
  private final Job job;

  /**
   * Checks the numbers.
   *
   * @param runs how many workers may run the network at a time
   * @param oneThread whether one run takes one thread
   */
  Pipeline(ImagePass method, Encoder<T> encoder, int workers, int runs, boolean oneThread) {
    if (workers < 1 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "Images are segmented by 1 to %d workers, not %d".formatted(MOST_WORKERS, workers));
    }
    if (runs < 1 || runs > workers) {
      throw new IllegalArgumentException(
          "Of %d workers, 1 to %d may run the network at a time, not %d"
              .formatted(workers, workers, runs));
    }
    this.method = method;
    this.encoder = encoder;
    this.workers = workers;
    this.times = new StageTimes(oneThread && runs > 1);
    this.job = new Job(times, new Semaphore(runs, true));
  }

  StageFigures run(Iterable<ImageSource> images, Consumer<? super Outcome<T>> outcomes)
      throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(workers, this::thread);
    Deque<Future<List<Outcome<T>>>> underWay = new ArrayDeque<>();
    Groups groups = new Groups(images.iterator());
    int done = 0;
    try {
      while (groups.hasNext() || !underWay.isEmpty()) {
        while (groups.hasNext() && underWay.size() <= workers) {
          List<ImageSource> group = groups.next();
          underWay.add(pool.submit(() -> segment(group)));
        }
        for (Outcome<T> outcome : underWay.remove().get()) {
          done += outcome instanceof Outcome.Done ? 1 : 0;
          outcomes.accept(outcome);
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A worker failed: " + e.getCause(), e);
    } finally {
      end(pool);
    }
    return times.figures(done);
  }

  /** What is being computed is waited for, so that nothing is used after the caller frees it. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "segment-" + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  private List<Outcome<T>> segment(List<ImageSource> group) {
    Collected collected = new Collected();
    List<Object> keys = new ArrayList<>();
    List<Decoded> decoded = new ArrayList<>();
    for (ImageSource source : group) {
      try {
        Decoded image = new Decoded(source.name(), times.measure(Stage.DECODE, source::decode));
        decoded.add(image);
        keys.add(image);
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        keys.add(source);
        collected.put(source, new Outcome.Failed<>(source.name(), e));
      }
    }
    if (!decoded.isEmpty()) {
      method.segment(decoded, job, collected);
    }
    return keys.stream().map(collected::get).toList();
  }

  /** Outcomes by the image, or the source where there was none. */
  private final class Collected implements ImagePass.Results {
    private final IdentityHashMap<Object, Outcome<T>> outcomes = new IdentityHashMap<>();

    @Override
    public void done(Decoded image, Segmentation result) {
      try {
        T made = times.measure(Stage.ENCODE, () -> encoder.encode(result));
        put(image, new Outcome.Done<>(image.name(), made));
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        failed(image, e);
      }
    }

    @Override
    public void failed(Decoded image, Throwable cause) {
      put(image, new Outcome.Failed<>(image.name(), cause));
    }

    void put(Object key, Outcome<T> outcome) {
      outcomes.put(key, outcome);
    }

    Outcome<T> get(Object key) {
      Outcome<T> outcome = outcomes.get(key);
      if (outcome == null) {
        throw new IllegalStateException("An image came to nothing");
      }
      return outcome;
    }
  }

  /** Neighboring images of one input size, as many as go together. */
  private final class Groups {
    private final Iterator<ImageSource> images;
    private @Nullable ImageSource ahead;

    Groups(Iterator<ImageSource> images) {
      this.images = images;
    }

    boolean hasNext() {
      return ahead != null || images.hasNext();
    }

    List<ImageSource> next() {
      ImageSource first = ahead == null ? images.next() : ahead;
      ahead = null;
      List<ImageSource> group = new ArrayList<>(List.of(first));
      if (method.together() == 1) {
        return group;
      }
      @Nullable ImageSize size = sizeOf(first);
      while (group.size() < method.together() && ahead == null && images.hasNext()) {
        ImageSource next = images.next();
        if (size != null && size.equals(sizeOf(next))) {
          group.add(next);
        } else {
          ahead = next;
        }
      }
      return group;
    }

    /** Null for an image that cannot be read, which will say so when its turn comes. */
    private @Nullable ImageSize sizeOf(ImageSource image) {
      try {
        return method.inputSize(image.name(), image.size());
      } catch (IOException | RuntimeException e) {
        return null;
      }
    }
  }
}
