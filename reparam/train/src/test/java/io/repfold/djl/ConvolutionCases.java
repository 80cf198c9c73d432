package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.List;

/** Convolutions and batch normalizations. */
final class ConvolutionCases {
  private ConvolutionCases() {}

  static void addTo(Cases cases) {
    cases.add("conv", (b, x) -> b.biasedConv(x, 6, Kernel.of(3), 1), IMAGE);
    cases.add(
        "conv: even kernel, pads differ, strides differ",
        (b, x) -> b.biasedConv(x, 6, Kernel.of(2, 3).withStride(2, 1).withPads(0, 2, 1, 1), 2),
        IMAGE);
    cases.add(
        "conv: dilated beyond the image, depthwise",
        (b, x) -> b.conv(x, 4, Kernel.of(3).withDilation(4, 6), 4),
        IMAGE);
    cases.add(
        "conv: the end's padding is not read",
        (b, x) -> b.conv(x, 3, Kernel.of(3).withStride(2).withPads(1, 1, 0, 0), 1),
        2,
        4,
        5,
        7);
    for (Window.AutoPad pad : Window.AutoPad.values()) {
      Window window = new Window(pad, List.of(2, 3), List.of(), List.of());
      cases.add("conv: " + pad, (b, x) -> conv(b, x, window, 3, 4, 4, 2), IMAGE);
    }
    Window line = Window.of(List.of(2), List.of(2), List.of(3, 1));
    cases.add("conv: a line", (b, x) -> conv(b, x, line, 3, 4, 3), 2, 4, 9);
    Window cube = Window.of(List.of(1, 2, 1), List.of(), List.of(1, 0, 1, 1, 1, 0));
    cases.add("conv: a volume", (b, x) -> conv(b, x, cube, 2, 3, 2, 3, 2), 1, 3, 3, 4, 5);
    cases.add("batch normalization", (b, x) -> b.batchNorm(x), IMAGE);
    cases.add("batch normalization of rows", (b, x) -> b.batchNorm(x), 3, 5);
    cases.add(
        "batch normalization after a border", (b, x) -> b.batchNorm(b.pad(x, 1, 0, 2, 3)), IMAGE);
    cases.add(
        "a kernel that is computed",
        (b, x) -> {
          String w = b.parameter("w", Role.KERNEL, 3, 4, 3, 3);
          String scale = b.parameter("scale", Role.GAMMA, 3, 1, 1, 1);
          String kernel = b.binary(Op.Binary.Function.MUL, w, scale);
          Op conv = new Op.Conv(Kernel.of(3).window(), 1);
          return b.op("conv", conv, List.of(x, b.identity(kernel)), 3);
        },
        IMAGE);
  }

  private static String conv(GraphBuilder b, String x, Window window, long... dims) {
    String w = b.parameter("w", Role.KERNEL, dims);
    return b.op("conv", new Op.Conv(window, 1), List.of(x, w), (int) dims[0]);
  }
}
