package io.repfold.runtime;

/**
 * One dimension of a model's input or output.
 *
 * @param size number of elements, or -1 when it is known only at run time
 * @param symbol the name that the model gives to a dynamic dimension; empty when it has none
 */
public record Dimension(long size, String symbol) {
  /** True when the size is known only at run time. */
  public boolean isDynamic() {
    return size < 0;
  }

  /** The size, or the symbol, or {@code ?}. */
  @Override
  public String toString() {
    if (!isDynamic()) {
      return Long.toString(size);
    }
    return symbol.isEmpty() ? "?" : symbol;
  }
}
