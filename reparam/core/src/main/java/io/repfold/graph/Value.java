package io.repfold.graph;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  public boolean equals(@Nullable Object other) {
    return other instanceof Value value
        && name.equals(value.name)
        && type.equals(value.type)
        && shape.equals(value.shape);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name
        + ": "
        + type.map(ElementType::toString).orElse("?")
        + shape.map(Shape::toString).orElse("[...]");
  }
}
