package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;
import static io.repfold.djl.Cases.longs;

import io.repfold.graph.Op;
import java.util.List;
import java.util.Optional;

/** The same elements in other places, or more than once. */
final class MovementCases {
  private MovementCases() {}

  static void addTo(Cases cases) {
    cases.add("Flatten", (b, x) -> b.op("y", new Op.Flatten(-2), List.of(x), 0), IMAGE);
    cases.add(
        "Reshape",
        (b, x) -> b.op("y", new Op.Reshape(false), List.of(x, longs(b, 0, -1, 5, 2)), 0),
        2,
        4,
        5,
        6);
    cases.add(
        "Transpose",
        (b, x) -> b.op("y", new Op.Transpose(List.of(2, 0, 3, 1)), List.of(x), 0),
        IMAGE);
    cases.add(
        "Transpose turned round",
        (b, x) -> b.op("y", new Op.Transpose(List.of()), List.of(x), 0),
        IMAGE);
    cases.add(
        "Squeeze",
        (b, x) -> b.op("y", new Op.Squeeze(Optional.empty()), List.of(x, longs(b, -1)), 0),
        2,
        4,
        1,
        1);
    cases.add(
        "Unsqueeze",
        (b, x) -> b.op("y", new Op.Unsqueeze(Optional.empty()), List.of(x, longs(b, -1, 0)), 0),
        2,
        4);
    cases.add(
        "Expand",
        (b, x) -> b.op("y", new Op.Expand(), List.of(x, longs(b, 3, 1, 1, 6, 1)), 0),
        2,
        4,
        1,
        7);
    cases.add(
        "Tile", (b, x) -> b.op("y", new Op.Tile(), List.of(x, longs(b, 1, 2, 1, 3)), 0), IMAGE);
    cases.add(
        "DepthToSpace",
        (b, x) -> b.op("y", new Op.DepthToSpace(2, false), List.of(x), 0),
        2,
        8,
        3,
        2);
    cases.add(
        "DepthToSpace, columns first",
        (b, x) -> b.op("y", new Op.DepthToSpace(2, true), List.of(x), 0),
        2,
        8,
        3,
        2);
    cases.add(
        "SpaceToDepth", (b, x) -> b.op("y", new Op.SpaceToDepth(2), List.of(x), 0), 2, 3, 4, 6);
  }
}
