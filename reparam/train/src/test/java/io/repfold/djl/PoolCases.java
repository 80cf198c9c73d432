package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pools, and what undoes them. */
final class PoolCases {
  private PoolCases() {}

  static void addTo(Cases cases) {
    Window pads = Window.of(List.of(2, 1), List.of(), List.of(1, 0, 0, 1));
    Window half = Window.of(List.of(2, 2), List.of(), List.of(1, 1, 1, 1));
    Window wide = Window.of(List.of(1, 1), List.of(), List.of(2, 2, 2, 2));
    Window dilated = Window.of(List.of(2, 1), List.of(2, 3), List.of(1, 2, 0, 1));
    Window same = new Window(Window.AutoPad.SAME_LOWER, List.of(2, 2), List.of(), List.of());
    for (boolean ceil : new boolean[] {false, true}) {
      for (Window window : List.of(pads, half, wide, same)) {
        String form = window.pads() + " " + window.autoPad() + " ceil " + ceil;
        Op max = new Op.MaxPool(List.of(3, 3), window, ceil, false);
        cases.add("max pool " + form, (b, x) -> b.op("y", max, List.of(x), 4), IMAGE);
        for (boolean counts : new boolean[] {false, true}) {
          Op average = new Op.AveragePool(List.of(3, 3), window, ceil, counts);
          cases.add(
              "average pool " + form + " counts " + counts,
              (b, x) -> b.op("y", average, List.of(x), 4),
              IMAGE);
        }
      }
    }
    notDividing(cases);
    Op max = new Op.MaxPool(List.of(2, 3), dilated, false, false);
    cases.add("max pool dilated", (b, x) -> b.op("y", max, List.of(x), 4), IMAGE);
    Op average = new Op.AveragePool(List.of(2, 3), dilated, false, false);
    cases.add("average pool dilated", (b, x) -> b.op("y", average, List.of(x), 4), false, IMAGE);
    Op line = new Op.MaxPool(List.of(2), Window.of(List.of(2), List.of(), List.of()), false, false);
    cases.add("max pool of a line", (b, x) -> b.op("y", line, List.of(x), 4), 2, 4, 7);
    cases.add("global average pool", (b, x) -> b.globalAveragePool(x), IMAGE);
    for (boolean columnMajor : new boolean[] {false, true}) {
      unpooled(cases, half, columnMajor);
    }
    unpooled(cases, Window.of(List.of(2, 2), List.of(), List.of()), false, 2, 4, 6, 9);
  }

  /** Images that the strides do not divide, with padding on no side, on one and on both. */
  private static void notDividing(Cases cases) {
    List<List<Integer>> pads =
        List.of(List.of(0, 0, 0, 0), List.of(1, 0, 0, 1), List.of(0, 1, 1, 0), List.of(1, 1, 1, 1));
    for (List<Integer> pad : pads) {
      for (int stride : new int[] {2, 3}) {
        Window window = Window.of(List.of(stride, 5 - stride), List.of(), pad);
        for (int kernel : new int[] {2, 3}) {
          for (long size : new long[] {6, 7, 8}) {
            String form = "%d by %d, pads %s, of %d".formatted(kernel, stride, pad, size);
            List<Integer> sizes = List.of(kernel, 5 - kernel);
            Op max = new Op.MaxPool(sizes, window, true, false);
            Op average = new Op.AveragePool(sizes, window, true, false);
            long[] shape = {1, 2, size, size + 1};
            cases.add("ceil max " + form, (b, x) -> b.op("y", max, List.of(x), 4), shape);
            cases.add("ceil average " + form, (b, x) -> b.op("y", average, List.of(x), 4), shape);
          }
        }
      }
    }
  }

  /** Maximum pooling with its indices as an output, and their inverse. */
  private static void unpooled(Cases cases, Window window, boolean columnMajor, long... shape) {
    List<Integer> kernel = List.of(2, 2);
    Graph.Builder builder =
        new Graph.Builder("unpool")
            .input(Value.float32("x", 2, 4, 6, 8))
            .output(
                Value.of(
                    "i",
                    ElementType.INT64,
                    Shape.of(
                        2, 4, window.pads().isEmpty() ? 3 : 4, window.pads().isEmpty() ? 4 : 5)))
            .node(
                new Node(
                    "pool",
                    new Op.MaxPool(kernel, window, false, columnMajor),
                    List.of("x"),
                    List.of("p", "i")));
    if (columnMajor) {
      builder.output(Value.float32("p", 2, 4, 4, 5));
      cases.add("max pool, columns first", builder.build(), true, 2, 4, 6, 8);
      return;
    }
    List<String> inputs = new ArrayList<>(List.of("p", "i"));
    long[] output = shape.length == 0 ? new long[] {2, 4, 6, 8} : shape;
    if (shape.length > 0) {
      builder.initializer("shape", Tensors.longs(shape));
      inputs.add("shape");
    }
    builder
        .output(Value.float32("y", output))
        .node(new Node("unpool", new Op.MaxUnpool(kernel, window), inputs, List.of("y")));
    // ONNX Runtime reads the indices of a padded or enlarged pooling in another way.
    cases.add("max unpool " + Arrays.toString(shape), builder.build(), false, 2, 4, 6, 8);
  }
}
