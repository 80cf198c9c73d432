package io.repfold.graph;

import java.util.Optional;

/**
 * A name with what is known of its type: a graph input or output, or a declared intermediate value.
 *
 * @param type empty if it is not known, or is no tensor (a sequence, map or optional)
 * @param shape empty if not even the rank is known
 */
public record Value(String name, Optional<ElementType> type, Optional<Shape> shape) {
  public static Value of(String name, ElementType type, Shape shape) {
    return new Value(name, Optional.of(type), Optional.of(shape));
  }

  public static Value float32(String name, long... dims) {
    return of(name, ElementType.FLOAT, Shape.of(dims));
  }

  @Override
  public String toString() {
    return name
        + ": "
        + type.map(ElementType::toString).orElse("?")
        + shape.map(Shape::toString).orElse("[...]");
  }
}
