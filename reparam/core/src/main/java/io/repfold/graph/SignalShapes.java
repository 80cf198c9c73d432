package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The outputs of DFT, STFT, the windows and MelWeightMatrix. */
final class SignalShapes {
  /** From here on the axis of a DFT is an input. */
  private static final int AXIS_INPUT = 20;

  private SignalShapes() {}

  /** {@code [..., 1 or 2]} becomes {@code [..., 2]}; half of the transformed axis if one-sided. */
  static Optional<Shape> dft(OpaqueNode node) {
    boolean onesided = node.integer("onesided", 0) != 0;
    Optional<Shape> x = node.shape(0).filter(s -> s.rank() >= 2);
    if (x.isEmpty() || onesided && node.integer("inverse", 0) != 0) {
      return Optional.empty();
    }
    long axis = -2;
    if (node.opset() < AXIS_INPUT) {
      axis = node.integer("axis", 1);
    } else if (node.has(2)) {
      Optional<long[]> given = node.longs(2).filter(a -> a.length == 1);
      if (given.isEmpty()) {
        return Optional.empty();
      }
      axis = given.get()[0];
    }
    int along = Layout.axis(axis, x.get().rank());
    List<Dim> dims = new ArrayList<>(x.get().dims());
    Dim length = node.has(1) ? node.size(1) : dims.get(along);
    dims.set(along, onesided ? half(length) : length);
    dims.set(dims.size() - 1, Dim.of(2));
    return Optional.of(new Shape(dims));
  }

  /** Signal {@code [batch, length, 1 or 2]} becomes {@code [batch, frames, frequencies, 2]}. */
  static Optional<Shape> stft(OpaqueNode node) {
    Shape x = node.shape(0, 3).orElse(WindowShapes.unknown(3));
    Dim frame =
        node.has(3)
            ? node.size(3)
            : node.shape(2, 1).map(window -> window.dim(0)).orElse(Dim.unknown());
    long step = node.longs(1).filter(s -> s.length == 1 && s[0] > 0).map(s -> s[0]).orElse(0L);
    Dim frames = Dim.unknown();
    if (step > 0 && frame instanceof Dim.Known known) {
      frames = DimMath.map(x.dim(1), n -> n.plus(-known.size()).dividedBy(step).plus(1));
    }
    boolean onesided = node.integer("onesided", 1) != 0;
    return Optional.of(
        new Shape(List.of(x.dim(0), frames, onesided ? half(frame) : frame, Dim.of(2))));
  }

  private static Dim half(Dim length) {
    return DimMath.map(length, n -> n.dividedBy(2).plus(1));
  }

  static Optional<Shape> window(OpaqueNode node) {
    return Optional.of(new Shape(List.of(node.size(0))));
  }

  /** {@code [floor(dft_length / 2) + 1, num_mel_bins]}. */
  static Optional<Shape> mel(OpaqueNode node) {
    return Optional.of(new Shape(List.of(half(node.size(1)), node.size(0))));
  }
}
