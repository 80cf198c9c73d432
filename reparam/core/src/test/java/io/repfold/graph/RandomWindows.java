package io.repfold.graph;

import java.util.List;
import java.util.stream.IntStream;

/** Random convolutions and poolings. */
record RandomWindows(Draw draw) {
  private static final Window.AutoPad[] PADS = Window.AutoPad.values();

  RandomNode conv() {
    int axes = draw.between(1, 2);
    int groups = draw.between(1, 2);
    int in = draw.between(1, 2);
    int out = groups * draw.between(1, 2);
    NdArray x = draw.floats(dims(draw.size(), draw.near(groups * in), image(axes)));
    NdArray w = draw.floats(dims(draw.near(out), draw.near(in), kernel(axes)));
    RandomNode node = RandomNode.of(new Op.Conv(window(axes), groups), x, w);
    return draw.coin() ? node : node.with(draw.floats(draw.near(out)));
  }

  RandomNode convTranspose() {
    int axes = draw.between(1, 2);
    int groups = draw.between(1, 2);
    int in = groups * draw.between(1, 2);
    int out = draw.between(1, 2);
    NdArray x = draw.floats(dims(draw.size(), draw.near(in), image(axes)));
    NdArray w = draw.floats(dims(draw.near(in), draw.near(out), kernel(axes)));
    List<Integer> none = List.of();
    List<Integer> extra = draw.coin() ? none : draw.list(draw.near(axes), 0, 1);
    int named = draw.coin() ? axes : axes + 2;
    List<Integer> shape = draw.between(0, 3) > 0 ? none : draw.list(draw.near(named), 1, 9);
    Op op = new Op.ConvTranspose(window(axes), groups, extra, shape);
    RandomNode node = RandomNode.of(op, x, w);
    return draw.coin() ? node : node.with(draw.floats(draw.near(out * groups)));
  }

  RandomNode maxPool() {
    int axes = draw.between(1, 2);
    Op op = new Op.MaxPool(boxed(kernel(axes)), window(axes), draw.coin(), draw.coin());
    return pooled(op, axes).withOutputs(draw.between(1, 2));
  }

  RandomNode averagePool() {
    int axes = draw.between(1, 2);
    return pooled(
        new Op.AveragePool(boxed(kernel(axes)), window(axes), draw.coin(), draw.coin()), axes);
  }

  RandomNode globalAveragePool() {
    return pooled(new Op.GlobalAveragePool(), draw.between(1, 2));
  }

  RandomNode maxUnpool() {
    int axes = draw.between(1, 2);
    NdArray x = draw.floats(dims(1, draw.between(1, 2), image(axes)));
    NdArray indices = draw.whole(ElementType.INT64, 0, 0, x.dims());
    List<Integer> strides = draw.coin() ? List.of() : draw.list(axes, 1, 3);
    List<Integer> pads = draw.between(0, 3) > 0 ? List.of() : draw.list(2 * axes, 0, 1);
    Op op =
        new Op.MaxUnpool(
            boxed(kernel(draw.rarely() ? axes + 1 : axes)),
            new Window(draw.one(PADS), strides, List.of(), pads));
    return RandomNode.of(op, x, indices);
  }

  private RandomNode pooled(Op op, int axes) {
    int given = draw.rarely() ? axes - 1 : axes;
    return RandomNode.of(op, draw.floats(dims(draw.size(), draw.size(), image(given))));
  }

  private Window window(int axes) {
    return new Window(
        draw.between(0, 3) > 0 ? Window.AutoPad.NOTSET : draw.one(PADS),
        draw.coin() ? List.of() : draw.list(wrongRarely(axes), 1, 3),
        draw.coin() ? List.of() : draw.list(wrongRarely(axes), 1, 2),
        draw.coin() ? List.of() : draw.list(2 * wrongRarely(axes), draw.rarely() ? -1 : 0, 2));
  }

  private int wrongRarely(int axes) {
    return draw.rarely() ? axes + 1 : axes;
  }

  private int[] image(int axes) {
    return IntStream.range(0, axes).map(i -> draw.rarely() ? 0 : draw.between(1, 7)).toArray();
  }

  private int[] kernel(int axes) {
    return IntStream.range(0, axes).map(i -> draw.between(1, 3)).toArray();
  }

  private static List<Integer> boxed(int... values) {
    return IntStream.of(values).boxed().toList();
  }

  private static int[] dims(int first, int second, int... spatial) {
    return IntStream.concat(IntStream.of(first, second), IntStream.of(spatial)).toArray();
  }
}
