package io.repfold.tensorrt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last errors and warnings of TensorRT. Its functions say only that they failed, and the log
 * why. For several threads.
 */
final class NativeLog {
  private static final int MOST = 64;

  /**
   * One message.
   *
   * @param number counted from 1
   * @param thread that it was said on
   */
  private record Entry(long number, long thread, boolean error, String text) {}

  private final Deque<Entry> entries = new ArrayDeque<>();
  private long last;

  /** What {@link #since} takes for all that comes from now on. */
  synchronized long mark() {
    return last;
  }

  synchronized void add(boolean error, String text) {
    if (entries.size() == MOST) {
      entries.removeFirst();
    }
    entries.addLast(new Entry(++last, Thread.currentThread().getId(), error, text.strip()));
  }

  /**
   * What was said since a mark, each once: the errors of this thread; if it has none, those of all
   * threads, as TensorRT has threads of its own; else the warnings likewise.
   */
  synchronized List<String> since(long mark) {
    long own = Thread.currentThread().getId();
    List<String> found = new ArrayList<>();
    for (boolean error : new boolean[] {true, false}) {
      for (boolean all : new boolean[] {false, true}) {
        entries.stream()
            .filter(e -> e.number() > mark && e.error() == error && (all || e.thread() == own))
            .forEach(entry -> found.add(entry.text()));
        if (!found.isEmpty()) {
          return found.stream().distinct().toList();
        }
      }
    }
    return found;
  }

  /** {@link #since} in one line, or that the log is empty. */
  String text(long mark) {
    List<String> found = since(mark);
    return found.isEmpty() ? "TensorRT gives no reason" : String.join("; ", found);
  }
}
