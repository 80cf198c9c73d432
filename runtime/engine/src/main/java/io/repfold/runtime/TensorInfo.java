package io.repfold.runtime;

import java.util.List;

/**
 * What a model declares about one of its inputs or outputs.
 *
 * @param name the tensor's name in the graph
 * @param type the type of its elements
 * @param dimensions outermost first; empty for a scalar and for a tensor whose rank the model does
 *     not declare
 */
public record TensorInfo(String name, ElementType type, List<Dimension> dimensions) {
  public TensorInfo {
    dimensions = List.copyOf(dimensions);
  }

  /** The sizes, with -1 for each dynamic dimension. */
  public long[] shape() {
    return dimensions.stream().mapToLong(Dimension::size).toArray();
  }

  /** True when a size is known only at run time. */
  public boolean isDynamic() {
    return dimensions.stream().anyMatch(Dimension::isDynamic);
  }

  /**
   * True when a tensor of this shape has the declared rank and sizes. A tensor without declared
   * dimensions accepts every shape, because the model may have left them out.
   */
  public boolean accepts(long... shape) {
    if (dimensions.isEmpty()) {
      return true;
    }
    if (shape.length != dimensions.size()) {
      return false;
    }
    for (int i = 0; i < shape.length; i++) {
      Dimension dimension = dimensions.get(i);
      if (!dimension.isDynamic() && dimension.size() != shape[i]) {
        return false;
      }
    }
    return true;
  }

  /** For example {@code images: float32[N, 3, 224, 224]}. */
  @Override
  public String toString() {
    return name + ": " + type + dimensions;
  }
}
