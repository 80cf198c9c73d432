package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Parts of an image: slices, chosen elements, pieces. */
final class PartCases {
  private PartCases() {}

  static void addTo(Cases cases) {
    Op slice = new Op.Slice(Optional.empty());
    cases.add(
        "Slice",
        (b, x) ->
            b.op(
                "y",
                slice,
                List.of(
                    x,
                    longs(b, -4, 1),
                    longs(b, Long.MAX_VALUE, 6),
                    longs(b, 2, 3),
                    longs(b, 2, 3)),
                0),
        IMAGE);
    cases.add(
        "Slice backwards",
        (b, x) ->
            b.op(
                "y",
                slice,
                List.of(
                    x,
                    longs(b, -1, 5),
                    longs(b, Long.MIN_VALUE, 0),
                    longs(b, 2, -1),
                    longs(b, -2, -3)),
                0),
        IMAGE);
    cases.add(
        "Gather",
        (b, x) ->
            b.op(
                "y",
                new Op.Gather(1),
                List.of(
                    x, b.initializer("i", Tensor.ofLongs(new long[] {3, -4, 1, 1, 0, -1}, 2, 3))),
                0),
        IMAGE);
    cases.add(
        "Gather of one",
        (b, x) ->
            b.op(
                "y",
                new Op.Gather(-1),
                List.of(x, b.initializer("i", Tensor.ofLongs(new long[] {-2}))),
                0),
        IMAGE);
    cases.add(
        "ScatterND",
        (b, x) -> {
          String indices = b.initializer("i", Tensor.ofLongs(new long[] {1, -2, 0, 1}, 2, 2));
          Tensor rows = Tensors.random(new SplittableRandom(1), 1, 2, 5, 7);
          return b.op("y", new Op.ScatterND(), List.of(x, indices, b.initializer("u", rows)), 0);
        },
        IMAGE);
    cases.add(
        "ScatterND of parts of an image",
        (b, x) -> {
          String indices = b.initializer("i", Tensor.ofLongs(new long[] {2, 0}, 2, 1));
          Tensor data = Tensors.random(new SplittableRandom(1), 1, 3, 4, 5, 7);
          return b.op("y", new Op.ScatterND(), List.of(b.initializer("d", data), indices, x), 0);
        },
        IMAGE);
    for (boolean equal : new boolean[] {false, true}) {
      Op split = new Op.Split(2, Optional.empty());
      Graph.Builder builder =
          new Graph.Builder("split")
              .input(Value.float32("x", 2, 4, 6, 7))
              .output(Value.float32("a", 2, 4, equal ? 2 : 1, 7))
              .output(Value.float32("c", 2, 4, equal ? 2 : 3, 7));
      List<String> inputs = new ArrayList<>(List.of("x"));
      if (!equal) {
        builder.initializer("sizes", Tensors.longs(1, 2, 3));
        inputs.add("sizes");
      }
      builder.node(new Node("split", split, inputs, List.of("a", "b", "c")));
      cases.add("Split, equal " + equal, builder.build(), true, 2, 4, 6, 7);
    }
  }
}
