package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GatherND without batch axes: where the indices are k deep, a Gather from the input with its first
 * k axes as one.
 */
final class GatherNdRecipe {
  private GatherNdRecipe() {}

  static String append(Composer c) {
    Check.that(c.integer("batch_dims", 0) == 0, "batch_dims must be 0");
    int last = c.rank(1) - 1;
    Check.that(last >= 0, "the indices must have an axis");
    List<Dim> input = c.dims(0);
    int depth = Math.toIntExact(known(c.dims(1).get(last), "the depth of the indices"));
    Check.that(depth >= 1 && depth <= input.size(), "indices cannot be %d deep", depth);
    if (depth == 1) {
      return gathered(c, c.input(0), c.add(new Op.Squeeze(Optional.of(List.of(last))), c.input(1)));
    }
    List<Long> strides = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    long count = 1;
    for (int axis = depth - 1; axis >= 0; axis--) {
      long size = known(input.get(axis), "the size of axis " + axis);
      sizes.add(0, size);
      strides.add(0, count);
      count *= size;
    }
    String rows = c.concat(c.longs(count), c.sizes(c.input(0), depth, input.size()));
    // An index below 0 counts from the end.
    String below = c.binary(Op.Binary.Function.LESS, c.input(1), c.longs(0));
    String whole = c.plus(c.input(1), c.longs(array(sizes)));
    String indices = c.add(new Op.Where(), below, whole, c.input(1));
    Op sum = new Op.Reduce(Op.Reduce.Function.SUM, Optional.of(List.of(last)), false, false);
    String row = c.add(sum, c.times(indices, c.longs(array(strides))));
    return gathered(c, c.reshape(c.input(0), rows), row);
  }

  private static String gathered(Composer c, String from, String indices) {
    return c.add(new Op.Gather(0), from, indices);
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static long known(Dim dim, String what) {
    if (dim instanceof Dim.Known known) {
      return known.size();
    }
    throw new InvalidGraphException("%s is not known".formatted(what));
  }
}
