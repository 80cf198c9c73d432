package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An array of NumPy as a pickle describes it. */
final class NumpyArray {
  private static final int PARTS = 5;

  private @Nullable NumpyType type;
  private List<Long> dims = List.of();
  private boolean fortran;
  private Object data = None.NONE;
  private @Nullable TensorView view;

  /** {@code ndarray.__setstate__}: (version, shape, dtype, is Fortran order, data). */
  void setState(List<Object> state) {
    Arguments parts = new Arguments("numpy.ndarray.__setstate__", state);
    Check.that(
        state.size() == PARTS, "the state of an array has %d parts, expected 5", state.size());
    set(parts.at(2, NumpyType.class), parts.integers(1), parts.at(3, Boolean.class), parts.at(4));
  }

  void set(NumpyType elements, List<Long> shape, boolean columnMajor, Object bytes) {
    type = elements;
    dims = shape;
    fortran = columnMajor;
    data = bytes;
  }

  /** Refuses what is no array of numbers, or has another count of bytes than its shape asks for. */
  TensorView view() {
    if (view == null) {
      view = makeView();
    }
    return view;
  }

  private TensorView makeView() {
    if (type == null) {
      throw new WeightsException("holds an array without content; it is damaged");
    }
    ElementType element =
        type.elementType()
            .orElseThrow(
                () ->
                    new WeightsException(
                        "holds an array of dtype '%s', which is no number".formatted(type)));
    ByteBuffer bytes = Bytes.of(data).content();
    TensorView made =
        new TensorView(Storage.of("array", bytes, type.order()), element, 0, dims, strides());
    Check.that(
        made.size() * made.elementBytes() == bytes.remaining(),
        "holds an array of %s%s with %d bytes of data; it is damaged",
        type,
        dims,
        bytes.remaining());
    return made;
  }

  private List<Long> strides() {
    List<Long> order = new ArrayList<>(dims);
    if (!fortran) {
      Collections.reverse(order);
    }
    List<Long> strides = new ArrayList<>();
    long next = 1;
    for (long dim : order) {
      strides.add(next);
      next *= dim;
    }
    if (!fortran) {
      Collections.reverse(strides);
    }
    return strides;
  }
}
