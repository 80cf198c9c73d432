package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.util.List;

/**
 * A tensor as PyTorch stores it: element {@code [i, j, ...]} is element {@code offset + i *
 * strides[0] + j * strides[1] + ...} of the storage.
 *
 * @param offset in elements
 * @param strides in elements; one a dimension
 */
record TensorView(
    Storage storage, ElementType type, long offset, List<Long> dims, List<Long> strides) {
  TensorView {
    dims = List.copyOf(dims);
    strides = List.copyOf(strides);
  }

  int elementBytes() {
    return type.bits() / Byte.SIZE;
  }

  /** Number of elements, at least 0; more than a tensor can have is refused. */
  long size() {
    long size = dims.contains(0L) ? 0 : 1;
    for (long dim : dims) {
      Check.that(dim >= 0, "a tensor has the negative dimension %d in %s", dim, dims);
      Check.that(
          size == 0 || dim <= Integer.MAX_VALUE / elementBytes() / size,
          "a %s tensor of shape %s takes more than 2 GiB",
          type,
          dims);
      size *= dim;
    }
    return size;
  }

  /** Refuses a view that reads outside its storage. */
  void requireInside() {
    Check.that(
        dims.size() == strides.size(),
        "a tensor has %d dimensions and %d strides; the file is damaged",
        dims.size(),
        strides.size());
    Check.that(offset >= 0, "a tensor begins at element %d of its storage", offset);
    boolean empty = size() == 0;
    long elements = storage.size() / elementBytes();
    long last = offset;
    for (int i = 0; i < dims.size(); i++) {
      long stride = strides.get(i);
      Check.that(stride >= 0, "a tensor has the negative stride %d in %s", stride, strides);
      long steps = Math.max(0, dims.get(i) - 1);
      Check.that(
          empty || steps == 0 || stride <= (elements - last) / steps,
          "a tensor of shape %s, strides %s and offset %d reads beyond the %d elements of storage '%s'; the file is damaged",
          dims,
          strides,
          offset,
          elements,
          storage.name());
      last += empty ? 0 : steps * stride;
    }
    Check.that(
        empty || last < elements,
        "a tensor of shape %s, strides %s and offset %d reads beyond the %d elements of storage '%s'; the file is damaged",
        dims,
        strides,
        offset,
        elements,
        storage.name());
  }

  /** Whether its elements lie one behind the other. */
  boolean isContiguous() {
    long expected = 1;
    for (int i = dims.size() - 1; i >= 0; i--) {
      if (dims.get(i) != 1 && strides.get(i) != expected) {
        return false;
      }
      expected *= dims.get(i);
    }
    return true;
  }
}
