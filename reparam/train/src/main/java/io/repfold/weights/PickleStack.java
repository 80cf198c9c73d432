package io.repfold.weights;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The stack of an unpickler, with its marks, and the values that it noted. */
final class PickleStack {
  private final List<Object> values = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();

  void push(Object value) {
    values.add(value);
  }

  void mark() {
    marks.push(values.size());
  }

  Object pop() {
    Object top = top();
    values.remove(values.size() - 1);
    return top;
  }

  Object top() {
    int floor = marks.isEmpty() ? 0 : marks.peek();
    Check.that(values.size() > floor, "its pickle takes a value that is not there; it is damaged");
    return values.get(values.size() - 1);
  }

  /** Takes off all values above the last mark, and the mark. */
  List<Object> popToMark() {
    Check.that(!marks.isEmpty(), "its pickle ends a list that did not begin; it is damaged");
    List<Object> above = values.subList(marks.pop(), values.size());
    List<Object> taken = new ArrayList<>(above);
    above.clear();
    return taken;
  }

  /** Takes off one value, or the last mark if nothing lies above it. */
  void drop() {
    if (!marks.isEmpty() && marks.peek() == values.size()) {
      marks.pop();
    } else {
      pop();
    }
  }

  List<Object> pop(int count) {
    List<Object> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(0, pop());
    }
    return taken;
  }

  void memoize(long index) {
    memo.put(index, top());
  }

  void memoizeNext() {
    memoize(memo.size());
  }

  void recall(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw new WeightsException(
          "its pickle recalls value %d, which it did not note; it is damaged".formatted(index));
    }
    push(value);
  }
}
