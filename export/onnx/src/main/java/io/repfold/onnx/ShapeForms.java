package io.repfold.onnx;

import io.repfold.graph.Op;
import io.repfold.graph.Op.Pad.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The forms of the ops that move, cut, join or reduce axes. */
final class ShapeForms {
  private static final List<String> PAD_MODES = List.of("constant", "reflect", "edge", "wrap");

  private ShapeForms() {}

  static Map<String, OpForm> all() {
    Map<String, OpForm> forms = new HashMap<>();
    forms.put("Concat", OpForm.of(1, 1, OpForm.ANY_NUMBER, ShapeForms::concat));
    forms.put("Pad", OpForm.of(2, 1, 4, ShapeForms::pad));
    for (Op.Reduce.Function f : Op.Reduce.Function.values()) {
      forms.put(f.type(), OpForm.of(1, 1, 2, n -> reduce(n, f)));
    }
    forms.put("Flatten", OpForm.of(1, 1, 1, n -> new Op.Flatten(n.integer("axis", 1))));
    forms.put("Reshape", OpForm.of(5, 2, 2, ShapeForms::reshape));
    forms.put(
        "Transpose",
        OpForm.of(1, 1, 1, n -> new Op.Transpose(n.integers("perm").orElse(List.of()))));
    forms.put("Slice", OpForm.of(1, 1, 5, ShapeForms::slice));
    forms.put("Squeeze", OpForm.of(1, 1, 2, n -> new Op.Squeeze(axes(n, 13))));
    forms.put("Unsqueeze", OpForm.of(1, 1, 2, ShapeForms::unsqueeze));
    forms.put("Expand", OpForm.of(8, 2, 2, n -> new Op.Expand()));
    forms.put("Tile", OpForm.of(6, 2, 2, n -> new Op.Tile()));
    forms.put("Split", new OpForm(2, 1, 2, OpForm.ANY_NUMBER, ShapeForms::split));
    forms.put("ArgMax", OpForm.of(1, 1, 1, ShapeForms::argMax));
    forms.put("Shape", OpForm.of(1, 1, 1, ShapeForms::shape));
    forms.put("Size", OpForm.of(1, 1, 1, n -> new Op.Size()));
    return forms;
  }

  private static Op concat(NodeView node) {
    for (int i = 0; i < node.inputCount(); i++) {
      node.require(node.hasInput(i));
    }
    return new Op.Concat(node.opset() < 4 ? node.integer("axis", 1) : node.requiredInteger("axis"));
  }

  private static Op pad(NodeView node) {
    String name = node.choice("mode", "constant", PAD_MODES);
    Mode mode =
        switch (name) {
          case "reflect" -> Mode.REFLECT;
          case "edge" -> Mode.EDGE;
          case "wrap" -> Mode.WRAP;
          default -> Mode.CONSTANT;
        };
    node.require(mode != Mode.WRAP || node.opset() >= 19);
    if (node.opset() >= 11) {
      node.require(node.hasInput(1));
      node.require(node.opset() >= 18 || node.inputCount() <= 3);
      return new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    }
    node.require(node.inputCount() == 1);
    Optional<List<Long>> pads = node.longs("pads");
    node.require(pads.isPresent());
    return new Op.Pad(mode, pads, OptionalDouble.of(node.real("value", 0)));
  }

  /** ReduceSum took its axes as an input in opset 13, the others in 18. */
  private static Op reduce(NodeView node, Op.Reduce.Function function) {
    int inputSince = function.axesInputSince();
    Optional<List<Integer>> axes = axes(node, inputSince).filter(a -> !a.isEmpty());
    return new Op.Reduce(
        function,
        axes,
        node.flag("keepdims", true),
        node.opset() >= inputSince && node.flag("noop_with_empty_axes", false));
  }

  /** The attribute {@code axes}, before the opset that made it input 1. */
  private static Optional<List<Integer>> axes(NodeView node, int inputSince) {
    if (node.opset() >= inputSince) {
      return Optional.empty();
    }
    node.require(node.inputCount() == 1);
    return node.integers("axes");
  }

  private static Op reshape(NodeView node) {
    return new Op.Reshape(node.opset() >= 14 && node.flag("allowzero", false));
  }

  private static Op slice(NodeView node) {
    if (node.opset() >= 10) {
      node.require(node.hasInput(1) && node.hasInput(2));
      return new Op.Slice(Optional.empty());
    }
    node.require(node.inputCount() == 1);
    List<Long> starts = node.longs("starts").orElse(List.of());
    List<Long> ends = node.longs("ends").orElse(List.of());
    List<Integer> axes = node.integers("axes").orElse(List.of());
    node.require(!starts.isEmpty() && starts.size() == ends.size());
    node.require(axes.isEmpty() || axes.size() == starts.size());
    return new Op.Slice(Optional.of(new Op.Slice.Bounds(starts, ends, axes)));
  }

  private static Op unsqueeze(NodeView node) {
    Optional<List<Integer>> axes = axes(node, 13);
    node.require(node.opset() >= 13 ? node.hasInput(1) : axes.isPresent());
    return new Op.Unsqueeze(axes);
  }

  private static Op split(NodeView node) {
    int axis = node.integer("axis", 0);
    if (node.opset() < 13) {
      node.require(node.inputCount() == 1);
      Optional<List<Long>> sizes = node.longs("split").filter(s -> !s.isEmpty());
      node.require(sizes.isEmpty() || sizes.get().size() == node.outputCount());
      return new Op.Split(axis, sizes);
    }
    if (node.opset() >= 18) {
      // The op has the number of parts from its outputs.
      boolean counted = node.hasAttribute("num_outputs");
      node.require(counted != node.hasInput(1));
      node.require(node.integer("num_outputs", node.outputCount()) == node.outputCount());
    }
    return new Op.Split(axis, Optional.empty());
  }

  private static Op argMax(NodeView node) {
    return new Op.ArgMax(
        node.integer("axis", 0),
        node.flag("keepdims", true),
        node.opset() >= 12 && node.flag("select_last_index", false));
  }

  private static Op shape(NodeView node) {
    if (node.opset() < 15) {
      return new Op.ShapeOf(0, Optional.empty());
    }
    Optional<Integer> end =
        node.hasAttribute("end") ? Optional.of(node.integer("end", 0)) : Optional.empty();
    return new Op.ShapeOf(node.integer("start", 0), end);
  }
}
