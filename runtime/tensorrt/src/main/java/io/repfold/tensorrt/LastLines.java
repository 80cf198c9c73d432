package io.repfold.tensorrt;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines of a log. For several threads. */
final class LastLines {
  private final int most;
  private final Deque<String> lines = new ArrayDeque<>();

  LastLines(int most) {
    this.most = most;
  }

  synchronized void add(String line) {
    if (lines.size() == most) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  synchronized List<String> all() {
    return List.copyOf(lines);
  }
}
