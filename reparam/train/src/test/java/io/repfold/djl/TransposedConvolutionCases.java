package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource.Role;
import io.repfold.graph.Window;
import java.util.List;

/** Transposed convolutions. */
final class TransposedConvolutionCases {
  private TransposedConvolutionCases() {}

  static void addTo(Cases cases) {
    add(cases, "stride 2", 1, List.of(1, 1), List.of(), w(2, 1, 1, 1, 1, 1), 4, 3, 3, 3);
    add(cases, "kernel is stride", 1, List.of(), List.of(), w(2, 1, 0, 0, 0, 0), 4, 3, 2, 2);
    add(cases, "groups", 2, List.of(), List.of(), w(2, 1, 1, 1, 1, 1), 4, 3, 4, 4);
    add(cases, "dense, dilated", 1, List.of(), List.of(), w(1, 2, 1, 0, 2, 1), 4, 3, 3, 2);
    Window uneven = Window.of(List.of(3, 2), List.of(2, 1), List.of(1, 0, 2, 1));
    add(cases, "uneven", 2, List.of(2, 1), List.of(), uneven, 4, 3, 2, 3);
    add(cases, "gaps", 1, List.of(), List.of(), w(3, 1, 0, 0, 0, 0), 4, 3, 2, 2);
    add(cases, "many pads", 1, List.of(), List.of(), w(2, 1, 3, 2, 2, 3), 4, 3, 5, 5);
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(2, 2), List.of(), List.of());
    add(cases, "same", 1, List.of(), List.of(), same, 4, 3, 3, 3);
    add(cases, "output shape", 1, List.of(), List.of(10, 15), w(2, 1, 0, 0, 0, 0), 4, 3, 3, 3);
    Window line = Window.of(List.of(2), List.of(), List.of(1, 1));
    cases.add(
        "transposed convolution: a line",
        (b, x) -> transposed(b, x, new Op.ConvTranspose(line, 1, List.of(), List.of()), 4, 3, 4),
        2,
        4,
        6);
  }

  private static Window w(int stride, int dilation, Integer... pads) {
    return Window.of(List.of(stride, stride), List.of(dilation, dilation), List.of(pads));
  }

  private static void add(
      Cases cases,
      String name,
      int groups,
      List<Integer> outputPadding,
      List<Integer> outputShape,
      Window window,
      long... dims) {
    Op.ConvTranspose op = new Op.ConvTranspose(window, groups, outputPadding, outputShape);
    cases.add("transposed convolution: " + name, (b, x) -> transposed(b, x, op, dims), IMAGE);
  }

  private static String transposed(GraphBuilder b, String x, Op.ConvTranspose op, long... dims) {
    String w = b.parameter("w", Role.KERNEL, dims);
    String bias = b.parameter("b", Role.BIAS, dims[1] * op.groups());
    return b.op("up", op, List.of(x, w, bias), (int) dims[1] * op.groups());
  }
}
