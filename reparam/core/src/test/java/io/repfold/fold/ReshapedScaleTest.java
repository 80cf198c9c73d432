package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against a scale that is written out for each element, which a Reshape leaves in its order. */
class ReshapedScaleTest {
  private static int[] factorized(SplittableRandom r, int count) {
    List<Integer> dims = new ArrayList<>();
    for (int rest = count; rest > 1; ) {
      int dim = 2 + r.nextInt(rest - 1);
      if (rest % dim == 0) {
        dims.add(dim);
        rest /= dim;
      } else if (r.nextInt(4) == 0) {
        dims.add(1);
      }
    }
    dims.add(r.nextInt(dims.size() + 1), 1);
    return dims.stream().mapToInt(i -> i).toArray();
  }

  private static Shape shape(int... dims) {
    return Shape.of(Scale.longs(dims));
  }

  private static Scale random(SplittableRandom r, int... dims) {
    int[] own = Arrays.stream(dims).map(d -> r.nextBoolean() ? d : 1).toArray();
    int count = Arrays.stream(own).reduce(1, (a, b) -> a * b);
    return new Scale(own, r.doubles(count).toArray(), r.doubles(count).toArray());
  }

  private static Scale full(Scale scale, int... dims) {
    Scale full = scale;
    for (int axis = 0; axis < dims.length; axis++) {
      full = full.spread(axis, dims[axis]);
    }
    return full;
  }

  @Test
  void what_is_carried_has_the_number_of_each_element() {
    SplittableRandom r = new SplittableRandom(5);
    for (int i = 0; i < 5000; i++) {
      int[] from = factorized(r, 24);
      int[] to = factorized(r, 24);
      Scale scale = random(r, from);
      Scale carried = ReshapedScale.of(scale, shape(from), shape(to)).orElseThrow();
      String what = Arrays.toString(from) + " to " + Arrays.toString(to) + " " + i;
      assertThat(full(carried, to).factors()).as(what).isEqualTo(full(scale, from).factors());
      assertThat(full(carried, to).shifts()).as(what).isEqualTo(full(scale, from).shifts());
      assertThat(carried.factors()).as(what).hasSizeLessThanOrEqualTo(24);
    }
  }

  /** The symbols N and S are 2 and 3. */
  @Test
  void what_is_carried_past_open_sizes_has_the_number_of_each_element() {
    SplittableRandom r = new SplittableRandom(6);
    int carries = 0;
    for (int i = 0; i < 3000; i++) {
      int[] inner = factorized(r, 12);
      int[] other = factorized(r, 12);
      int[] from = around(inner);
      int[] to = around(other);
      Scale scale = random(r, from);
      Optional<Scale> carried = ReshapedScale.of(scale, open(inner), open(other));
      if (carried.isPresent()) {
        carries++;
        String what = Arrays.toString(from) + " to " + Arrays.toString(to) + " " + i;
        assertThat(full(carried.get(), to).factors())
            .as(what)
            .isEqualTo(full(scale, from).factors());
      }
    }
    assertThat(carries).isGreaterThan(500);
  }

  private static int[] around(int... inner) {
    return IntStream.concat(
            IntStream.concat(IntStream.of(2), Arrays.stream(inner)), IntStream.of(3))
        .toArray();
  }

  private static Shape open(int... inner) {
    List<Dim> dims = new ArrayList<>(List.of(new Dim.Symbol("N")));
    Arrays.stream(inner).forEach(dim -> dims.add(Dim.of(dim)));
    dims.add(new Dim.Symbol("S"));
    return new Shape(dims);
  }

  @Test
  void a_wrong_declared_shape_carries_nothing() {
    Scale scale = new Scale(new int[] {1, 4}, new double[] {1, 2, 3, 4}, new double[4]);
    assertThat(ReshapedScale.of(scale, shape(2, 4), shape(2, 5))).isEmpty();
  }

  @Test
  void moves_of_a_scale_move_its_numbers() {
    SplittableRandom r = new SplittableRandom(7);
    for (int i = 0; i < 2000; i++) {
      Scale scale = random(r, 2, 3, 4);
      Scale all = full(scale, 2, 3, 4);
      Scale moved = full(scale.permuted(List.of(2, 0, 1)), 4, 2, 3);
      Scale taken = full(scale.taken(1, 2, 0), 2, 2, 4);
      Scale placed = full(scale.placed(2, 6, 5, 4, 1, 0), 2, 3, 6);
      Scale then = full(scale.then(all), 2, 3, 4);
      for (int at = 0; at < 24; at++) {
        int a = at / 12;
        int b = at / 4 % 3;
        int c = at % 4;
        double number = all.factors()[at];
        assertThat(moved.factors()[(c * 2 + a) * 3 + b]).isEqualTo(number);
        assertThat(placed.factors()[(a * 3 + b) * 6 + new int[] {5, 4, 1, 0}[c]]).isEqualTo(number);
        assertThat(placed.factors()[(a * 3 + b) * 6 + 2]).isEqualTo(1);
        if (b != 1) {
          assertThat(taken.factors()[(a * 2 + (b == 2 ? 0 : 1)) * 4 + c]).isEqualTo(number);
        }
        assertThat(then.factors()[at]).isEqualTo(number * number);
        assertThat(then.shifts()[at]).isEqualTo(number * all.shifts()[at] + all.shifts()[at]);
      }
      assertThat(full(all.collapsed(), 2, 3, 4).factors()).isEqualTo(all.factors());
    }
  }
}
