package io.repfold.view;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pairs of equal texts of two lists, in the order of both. */
final class CommonSequence {
  /** Up to so many cells the longest is found; beyond, each takes the next that is equal. */
  private static final long CELLS = 9_000_000;

  record Pair(int left, int right) {}

  private CommonSequence() {}

  static List<Pair> of(List<String> left, List<String> right) {
    return (long) left.size() * right.size() <= CELLS ? longest(left, right) : next(left, right);
  }

  private static List<Pair> longest(List<String> left, List<String> right) {
    int[][] lengths = new int[left.size() + 1][right.size() + 1];
    for (int i = left.size() - 1; i >= 0; i--) {
      for (int j = right.size() - 1; j >= 0; j--) {
        lengths[i][j] =
            left.get(i).equals(right.get(j))
                ? lengths[i + 1][j + 1] + 1
                : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0, j = 0; i < left.size() && j < right.size(); ) {
      if (left.get(i).equals(right.get(j))) {
        pairs.add(new Pair(i++, j++));
      } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
        i++;
      } else {
        j++;
      }
    }
    return pairs;
  }

  private static List<Pair> next(List<String> left, List<String> right) {
    Map<String, Deque<Integer>> places = new HashMap<>();
    for (int j = 0; j < right.size(); j++) {
      places.computeIfAbsent(right.get(j), t -> new ArrayDeque<>()).add(j);
    }
    List<Pair> pairs = new ArrayList<>();
    int last = -1;
    for (int i = 0; i < left.size(); i++) {
      Deque<Integer> open = places.getOrDefault(left.get(i), new ArrayDeque<>());
      while (!open.isEmpty() && open.peek() <= last) {
        open.pop();
      }
      if (!open.isEmpty()) {
        last = open.pop();
        pairs.add(new Pair(i, last));
      }
    }
    return pairs;
  }
}
