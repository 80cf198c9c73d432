package io.repfold.kit;

import io.repfold.graph.ElementType;
import io.repfold.graph.Value;
import java.util.Optional;

/** Outputs of which a graph says little, so that its shapes have to be worked out. */
public final class Values {
  private Values() {}

  /** A float32 value of any shape. */
  public static Value float32(String name) {
    return new Value(name, Optional.of(ElementType.FLOAT), Optional.empty());
  }

  /** A value of any type and shape. */
  public static Value any(String name) {
    return new Value(name, Optional.empty(), Optional.empty());
  }
}
