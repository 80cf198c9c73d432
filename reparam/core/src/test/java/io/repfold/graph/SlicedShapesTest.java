package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slices of an axis of open size, with every size put in. */
class SlicedShapesTest {
  private static final long[] BOUNDS = {
    Long.MIN_VALUE, -4, -3, -2, -1, 0, 1, 2, 3, Integer.MAX_VALUE, Long.MAX_VALUE
  };

  private static String inferred(Dim size, long start, long end, long step) {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.of("x", ElementType.FLOAT, new Shape(List.of(size))))
            .initializer("start", Tensor.ofLongs(new long[] {start}, 1))
            .initializer("end", Tensor.ofLongs(new long[] {end}, 1))
            .initializer("axis", Tensor.ofLongs(new long[] {0}, 1))
            .initializer("step", Tensor.ofLongs(new long[] {step}, 1))
            .node(new Op.Slice(Optional.empty()), List.of("x", "start", "end", "axis", "step"), "y")
            .build();
    return ShapeInference.infer(graph).get("y").shape().orElseThrow().dim(0).toString();
  }

  private static int computed(int size, long start, long end, long step) {
    return Nodes.apply(
            new Op.Slice(Optional.empty()),
            Nodes.counting(size),
            Nodes.longs(start),
            Nodes.longs(end),
            Nodes.longs(0),
            Nodes.longs(step))
        .dim(0);
  }

  /** What is said of an open size holds for each size at which the slice is not empty. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, -1, -2})
  void a_length_holds_for_every_size(long step) {
    List<String> wrong = new ArrayList<>();
    int known = 0;
    for (long start : BOUNDS) {
      for (long end : BOUNDS) {
        String text = inferred(new Dim.Symbol("H"), start, end, step);
        if (text.equals("y[0]")) {
          continue;
        }
        known++;
        for (int size = 1; size <= 9; size++) {
          int count = computed(size, start, end, step);
          long said = TextValue.of(text, Map.of("H", (long) size));
          if (count > 0 && said != count) {
            wrong.add(
                "x[%d:%d:%d] of %d: %s, found %d".formatted(start, end, step, size, text, count));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(known).isGreaterThan(10);
  }

  /** A size that is known leaves nothing open, not even in an empty axis. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 9, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE})
  void a_known_size_gives_a_known_length(long step) {
    List<String> wrong = new ArrayList<>();
    for (long start : BOUNDS) {
      for (long end : BOUNDS) {
        for (int size = 0; size <= 5; size++) {
          String said = inferred(Dim.of(size), start, end, step);
          int count = computed(size, start, end, step);
          if (!said.equals("" + count)) {
            wrong.add(
                "x[%d:%d:%d] of %d: %s, found %d".formatted(start, end, step, size, said, count));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}
