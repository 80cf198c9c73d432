package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Random ops that reshape, cut, join and pick. */
record RandomMoves(Draw draw) {
  private NdArray x() {
    return draw.floats(draw.sizes(draw.between(0, 4)));
  }

  RandomNode concat() {
    int[] dims = draw.sizes(draw.between(0, 3));
    int axis = draw.axis(dims.length);
    RandomNode node = RandomNode.of(new Op.Concat(axis));
    for (int i = draw.between(1, 3); i > 0; i--) {
      int[] part = dims.clone();
      if (axis >= -dims.length && axis < dims.length) {
        part[Math.floorMod(axis, dims.length)] = draw.size();
      }
      if (draw.rarely() && part.length > 0) {
        part[0] = draw.near(part[0]);
      }
      node.with(draw.floats(part));
    }
    return node;
  }

  RandomNode pad() {
    NdArray x = x();
    Op.Pad.Mode mode = draw.one(Op.Pad.Mode.values());
    List<Integer> axes = draw.axes(x.rank());
    int count = axes.isEmpty() ? x.rank() : axes.size();
    List<Integer> pads = draw.list(2 * count, draw.coin() ? -1 : 0, 3);
    if (axes.isEmpty() && draw.coin()) {
      List<Long> longs = pads.stream().map(p -> (long) p).toList();
      return RandomNode.of(new Op.Pad(mode, Optional.of(longs), OptionalDouble.of(1)), x);
    }
    RandomNode node = RandomNode.of(new Op.Pad(mode, Optional.empty(), OptionalDouble.empty()), x);
    node.withParameter(draw.longs(pads));
    node.withParameter(draw.coin() ? null : Nodes.scalar(ElementType.FLOAT, 3));
    return axes.isEmpty() ? node : node.withParameter(draw.longs(axes));
  }

  RandomNode flatten() {
    NdArray x = x();
    return RandomNode.of(new Op.Flatten(draw.coin() ? x.rank() : draw.axis(x.rank())), x);
  }

  RandomNode reshape() {
    NdArray x = x();
    List<Integer> wanted = new ArrayList<>();
    int rest = x.data().length;
    for (int i = 0; i < draw.between(0, 2); i++) {
      int divisor = draw.between(1, 4);
      boolean divides = rest % divisor == 0;
      wanted.add(divides ? divisor : draw.rarely() ? divisor : 1);
      rest = divides ? rest / divisor : rest;
    }
    wanted.add(draw.between(0, wanted.size()), draw.coin() ? -1 : draw.rarely() ? 0 : rest);
    if (draw.rarely()) {
      wanted.add(draw.between(-2, 2));
    }
    return RandomNode.of(new Op.Reshape(draw.coin()), x).withParameter(draw.longs(wanted));
  }

  RandomNode transpose() {
    NdArray x = x();
    List<Integer> permutation = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      permutation.add(draw.between(0, i), i);
    }
    if (draw.rarely() && x.rank() > 0) {
      permutation.set(0, draw.axis(x.rank()));
    }
    return RandomNode.of(new Op.Transpose(draw.coin() ? permutation : List.of()), x);
  }

  RandomNode slice() {
    NdArray x = x();
    List<Integer> axes = draw.axes(x.rank());
    List<Long> starts = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      starts.add(bound());
      ends.add(bound());
      steps.add(draw.rarely() ? 0L : draw.one(1L, 1L, 2L, -1L, -3L));
    }
    if (draw.coin()) {
      var bounds = new Op.Slice.Bounds(starts, ends, draw.coin() ? axes : List.of());
      return RandomNode.of(new Op.Slice(Optional.of(bounds)), x);
    }
    RandomNode node = RandomNode.of(new Op.Slice(Optional.empty()), x);
    node.withParameter(draw.longs(starts)).withParameter(draw.longs(ends));
    return draw.coin()
        ? node
        : node.withParameter(draw.coin() ? null : draw.longs(axes))
            .withParameter(draw.longs(steps));
  }

  private long bound() {
    return draw.rarely()
        ? draw.one(Long.MIN_VALUE, Long.MAX_VALUE, (long) Integer.MAX_VALUE, -99L)
        : draw.between(-5, 5);
  }

  RandomNode squeeze() {
    int[] dims = draw.sizes(draw.between(0, 4));
    List<Integer> axes = draw.axes(dims.length);
    for (int axis : axes) {
      if (axis >= -dims.length && axis < dims.length && !draw.rarely()) {
        dims[Math.floorMod(axis, dims.length)] = 1;
      }
    }
    NdArray x = draw.floats(dims);
    return draw.coin()
        ? RandomNode.of(new Op.Squeeze(Optional.of(axes)), x)
        : RandomNode.of(new Op.Squeeze(Optional.empty()), x).withParameter(draw.longs(axes));
  }

  RandomNode unsqueeze() {
    NdArray x = draw.floats(draw.sizes(draw.between(0, 3)));
    List<Integer> axes = new ArrayList<>(draw.axes(2));
    if (draw.rarely()) {
      axes.add(9);
    }
    return draw.coin()
        ? RandomNode.of(new Op.Unsqueeze(Optional.of(axes)), x)
        : RandomNode.of(new Op.Unsqueeze(Optional.empty()), x).withParameter(draw.longs(axes));
  }

  RandomNode expand() {
    int[] dims = draw.sizes(draw.between(0, 4));
    NdArray x = draw.stretchingFloats(dims);
    int[] wanted = draw.stretching(dims);
    return RandomNode.of(new Op.Expand(), x)
        .withParameter(draw.longs(IntStream.of(wanted).boxed().toList()));
  }

  RandomNode tile() {
    NdArray x = x();
    List<Integer> repeats = draw.list(x.rank(), draw.rarely() ? -1 : 0, 3);
    return RandomNode.of(new Op.Tile(), x).withParameter(draw.longs(repeats));
  }

  RandomNode split() {
    NdArray x = x();
    int axis = draw.axis(x.rank());
    int size = axis >= -x.rank() && axis < x.rank() ? x.dim(Math.floorMod(axis, x.rank())) : 1;
    int first = draw.between(0, size);
    List<Long> sizes = List.of((long) draw.near(first), (long) size - first);
    return switch (draw.between(0, 2)) {
      case 0 ->
          RandomNode.of(new Op.Split(axis, Optional.empty()), x).withOutputs(draw.between(1, 3));
      case 1 -> RandomNode.of(new Op.Split(axis, Optional.of(sizes)), x).withOutputs(draw.near(2));
      default ->
          RandomNode.of(new Op.Split(axis, Optional.empty()), x)
              .withParameter(draw.longs(sizes))
              .withOutputs(draw.near(2));
    };
  }

  RandomNode gather() {
    NdArray x = x();
    int axis = draw.axis(x.rank());
    int size = axis >= -x.rank() && axis < x.rank() ? x.dim(Math.floorMod(axis, x.rank())) : 1;
    int[] dims = size == 0 ? new int[] {0} : draw.sizes(draw.between(0, 2));
    NdArray indices = draw.whole(ElementType.INT64, -size, Math.max(0, size - 1), dims);
    return RandomNode.of(new Op.Gather(axis), x).withParameter(indices);
  }

  RandomNode scatterNd() {
    int[] dims = IntStream.range(0, draw.between(0, 3)).map(i -> draw.between(1, 3)).toArray();
    int depth = draw.near(draw.between(0, dims.length));
    int[] batch = draw.sizes(draw.between(0, 1));
    NdArray indices =
        draw.whole(
            ElementType.INT64,
            0,
            0,
            IntStream.concat(IntStream.of(batch), IntStream.of(depth)).toArray());
    int[] slice = IntStream.of(dims).skip(draw.near(depth)).toArray();
    int[] updates = IntStream.concat(IntStream.of(batch), IntStream.of(slice)).toArray();
    return RandomNode.of(new Op.ScatterND(), draw.floats(dims), indices, draw.floats(updates));
  }

  RandomNode depthToSpace() {
    int block = draw.between(1, 2);
    int[] dims = {draw.size(), draw.near(block * block * draw.between(1, 2)), draw.size(), 2};
    return RandomNode.of(new Op.DepthToSpace(block, draw.coin()), image(dims));
  }

  RandomNode spaceToDepth() {
    int block = draw.between(1, 2);
    int[] dims = {draw.size(), draw.size(), draw.near(2 * block), draw.near(block)};
    return RandomNode.of(new Op.SpaceToDepth(block), image(dims));
  }

  private NdArray image(int... dims) {
    return draw.floats(draw.rarely() ? IntStream.of(dims).skip(1).toArray() : dims);
  }
}
