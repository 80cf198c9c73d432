package io.repfold.graph;

import java.util.List;
import java.util.Optional;

/**
 * The outputs of GRU, LSTM and RNN: all states Y, and the last ones Y_h and Y_c.
 *
 * <p>X is {@code [length, batch, features]}, R {@code [directions, gates * hidden, hidden]}, Y
 * {@code [length, directions, batch, hidden]} and Y_h {@code [directions, batch, hidden]}; with
 * layout 1 (opset 14) the batch is first.
 */
final class RecurrentShapes {
  /** Before, Y was there only if an attribute said so. */
  private static final int FIRST = 7;

  private RecurrentShapes() {}

  static List<Fact> of(OpaqueNode node) {
    if (node.opset() < FIRST) {
      return List.of();
    }
    Shape x = node.shape(0, 3).orElse(WindowShapes.unknown(3));
    boolean batchFirst = node.integer("layout", 0) != 0;
    Dim length = x.dim(batchFirst ? 1 : 0);
    Dim batch = x.dim(batchFirst ? 0 : 1);
    Dim directions = Dim.of(node.text("direction", "forward").equals("bidirectional") ? 2 : 1);
    Dim hidden =
        node.integer("hidden_size")
            .map(Dim::of)
            .or(() -> node.shape(2, 3).map(r -> r.dim(2)))
            .orElse(Dim.unknown());
    Fact all =
        fact(
            node,
            batchFirst
                ? List.of(batch, length, directions, hidden)
                : List.of(length, directions, batch, hidden));
    Fact last =
        fact(
            node,
            batchFirst ? List.of(batch, directions, hidden) : List.of(directions, batch, hidden));
    return List.of(all, last, last);
  }

  private static Fact fact(OpaqueNode node, List<Dim> dims) {
    return Fact.of(node.input(0).type(), Optional.of(new Shape(dims)));
  }
}
