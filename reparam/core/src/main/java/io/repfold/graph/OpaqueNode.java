package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node that is not modeled, with what is known of its inputs, as {@link OpaqueShapes} reads it.
 */
final class OpaqueNode {
  private final Node node;
  private final Op.Opaque op;
  private final List<@Nullable Fact> inputs;
  private final int opset;

  OpaqueNode(Node node, Op.Opaque op, List<@Nullable Fact> inputs, int opset) {
    this.node = node;
    this.op = op;
    this.inputs = inputs;
    this.opset = opset;
  }

  int opset() {
    return opset;
  }

  int outputs() {
    return node.outputs().size();
  }

  boolean has(int input) {
    return input < inputs.size() && inputs.get(input) != null;
  }

  /** Nothing for an input that is left out. */
  Fact input(int index) {
    Fact fact = index < inputs.size() ? inputs.get(index) : null;
    return fact == null ? Fact.NOTHING : fact;
  }

  Optional<Shape> shape(int input) {
    return input(input).shape();
  }

  /** The shape, if it has so many axes. */
  Optional<Shape> shape(int input, int rank) {
    return shape(input).filter(s -> s.rank() == rank);
  }

  /** The whole numbers that an input holds at every run. */
  Optional<long[]> longs(int input) {
    return input(input).longs();
  }

  /** The size that an input of one element holds; unknown if that is not known. */
  Dim size(int input) {
    return DimMath.dim(input(input).sizes().filter(s -> s.size() == 1).flatMap(s -> s.get(0)));
  }

  /** The sizes that an input holds, if it is known how many there are. */
  Optional<List<Dim>> sizes(int input) {
    return input(input).sizes().map(all -> all.stream().map(DimMath::dim).toList());
  }

  Optional<Long> integer(String attribute) {
    return op.attributes().get(attribute) instanceof Long number
        ? Optional.of(number)
        : Optional.empty();
  }

  long integer(String attribute, long otherwise) {
    return integer(attribute).orElse(otherwise);
  }

  String text(String attribute, String otherwise) {
    return op.attributes().get(attribute) instanceof String text ? text : otherwise;
  }

  /** Empty if the attribute is not there, or no list of integers. */
  List<Integer> integers(String attribute) {
    List<Integer> integers = new ArrayList<>();
    if (op.attributes().get(attribute) instanceof List<?> list) {
      for (Object item : list) {
        if (!(item instanceof Long number)) {
          return List.of();
        }
        integers.add(Math.toIntExact(number));
      }
    }
    return integers;
  }

  /** The element type that an attribute names by its code. */
  Optional<ElementType> type(String attribute) {
    return integer(attribute).map(code -> ElementType.ofCode(Math.toIntExact(code)));
  }

  /** The attributes of ONNX's windows. */
  Window window() {
    Window.AutoPad autoPad = Window.AutoPad.valueOf(text("auto_pad", "NOTSET"));
    return new Window(autoPad, integers("strides"), integers("dilations"), integers("pads"));
  }

  /** What is known of the first output if it were one of a modeled op of some inputs. */
  Optional<Shape> as(Op modeled, int... from) {
    List<@Nullable Fact> facts = new ArrayList<>();
    for (int index : from) {
      facts.add(input(index));
    }
    List<String> names = Collections.nCopies(from.length, "");
    Node like = new Node(node.name(), modeled, names, List.of(node.output()));
    return ShapeInference.computed(like, facts).get(0).shape();
  }
}
