package io.repfold.weights;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes tensors of what a pickle describes. Whatever lies in the file as a tensor has it stays
 * there; the rest is copied once, within the size of the file and some more.
 */
final class Tensors {
  private static final long SPARE = 64L << 20;

  private final Map<TensorView, Tensor> copies = new HashMap<>();
  private final long limit;
  private long copied;

  /**
   * @param fileSize in bytes
   */
  Tensors(long fileSize) {
    this.limit = fileSize + SPARE;
  }

  /** Whether a value is a tensor, an array, or an array with its name, as Paddle writes it. */
  static boolean isTensor(Object value) {
    return value instanceof TensorView || value instanceof NumpyArray || isNamed(value);
  }

  private static boolean isNamed(Object value) {
    return value instanceof Sequence pair
        && pair.items().size() == 2
        && pair.items().get(0) instanceof String
        && pair.items().get(1) instanceof NumpyArray;
  }

  Tensor of(Object value) {
    if (value instanceof TensorView view) {
      return of(view);
    }
    if (value instanceof NumpyArray array) {
      return of(array.view());
    }
    return of(Sequence.of(value, "A tensor").items().get(1));
  }

  private Tensor of(TensorView view) {
    view.requireInside();
    boolean asItIs =
        view.size() == 0
            || view.isContiguous()
                && (view.storage().order() == ByteOrder.LITTLE_ENDIAN || view.elementBytes() == 1);
    Tensor known = copies.get(view);
    if (known != null) {
      return known;
    }
    int bytes = (int) view.size() * view.elementBytes();
    if (asItIs) {
      int start = view.size() == 0 ? 0 : (int) view.offset() * view.elementBytes();
      return tensor(view, view.storage().data().slice(start, bytes));
    }
    copied += bytes;
    Check.that(
        copied <= limit,
        "repeats its data to more than %d MiB, %s alone to %d; it is no file of weights, or save contiguous copies of its tensors",
        limit >> 20,
        view.dims(),
        bytes >> 20);
    Tensor made = tensor(view, Gather.of(view));
    copies.put(view, made);
    return made;
  }

  private static Tensor tensor(TensorView view, ByteBuffer data) {
    List<Long> dims = view.dims();
    ElementType type = view.type();
    return Tensor.of(type, data, dims.stream().mapToLong(Long::longValue).toArray());
  }
}
