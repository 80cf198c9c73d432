package io.repfold.nets;

import io.repfold.graph.Dim;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Shape;
import java.util.List;

/** What all networks read. */
final class Images {
  private Images() {}

  /** The graph input {@code image [N, channels, H, W]}, of any size. */
  static String input(GraphBuilder b, int channels) {
    List<Dim> dims =
        List.of(new Dim.Symbol("N"), Dim.of(channels), new Dim.Symbol("H"), new Dim.Symbol("W"));
    return b.input("image", new Shape(dims));
  }
}
