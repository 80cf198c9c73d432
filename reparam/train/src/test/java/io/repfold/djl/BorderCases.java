package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;
import static io.repfold.djl.Cases.scalar;

import io.repfold.graph.Op;
import io.repfold.graph.WeightSource.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Images beside each other, and pixels around them. */
final class BorderCases {
  private BorderCases() {}

  static void addTo(Cases cases) {
    cases.add(
        "Concat",
        (b, x) ->
            b.op("y", new Op.Concat(-2), List.of(b.parameter("p", Role.BIAS, 2, 4, 1, 7), x, x), 0),
        IMAGE);
    for (Op.Pad.Mode mode : List.of(Op.Pad.Mode.CONSTANT, Op.Pad.Mode.REFLECT, Op.Pad.Mode.EDGE)) {
      Op pad = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
      cases.add(
          "Pad " + mode,
          (b, x) -> {
            List<String> inputs = new ArrayList<>(List.of(x, longs(b, 0, 1, 3, 2, 1, 0, 0, 4)));
            if (mode == Op.Pad.Mode.CONSTANT) {
              inputs.add(scalar(b, 1.5f));
            }
            return b.op("y", pad, inputs, 0);
          },
          IMAGE);
    }
    Op wrap = new Op.Pad(Op.Pad.Mode.WRAP, Optional.empty(), OptionalDouble.empty());
    cases.add(
        "Pad WRAP",
        (b, x) -> b.op("y", wrap, List.of(x, longs(b, 0, 0, 2, 3, 0, 0, 5, 1)), 0),
        false,
        IMAGE);
    Op crop = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
    cases.add(
        "Pad cuts",
        (b, x) -> b.op("y", crop, List.of(x, longs(b, 0, 0, -1, 1, 0, 0, 2, -2)), 0),
        IMAGE);
  }
}
