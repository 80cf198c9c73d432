package io.repfold.tensorrt;

import io.repfold.runtime.ElementType;
import java.util.List;

/**
 * A tensor in the memory of a GPU, which the caller owns and keeps for as long as it is bound.
 *
 * @param address of the first element, in row-major order, aligned to 256 bytes as CUDA's own
 *     memory is
 * @param type of the elements
 * @param shape outermost first
 */
public record DeviceBuffer(long address, ElementType type, List<Long> shape) {
  private static final int ALIGNMENT = 256;

  /**
   * Checks what can be checked of it.
   *
   * @throws IllegalArgumentException if the address is 0 or not aligned, or a size is negative
   */
  public DeviceBuffer {
    shape = List.copyOf(shape);
    if (address == 0 || address % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "The address of a tensor on the GPU must be a multiple of %d and not 0, found 0x%x"
              .formatted(ALIGNMENT, address));
    }
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException("A shape has no negative sizes, found " + shape);
    }
  }

  long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** Type and shape, for example {@code float32[1, 3, 224, 224] on the GPU}. */
  @Override
  public String toString() {
    return type + "" + shape + " on the GPU";
  }
}
