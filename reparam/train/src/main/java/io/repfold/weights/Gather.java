package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Copies a view's elements in row-major order, little-endian. */
final class Gather {
  private final ByteBuffer source;
  private final ByteBuffer target;
  private final int bytes;

  private Gather(TensorView view) {
    this.source = view.storage().data();
    this.bytes = view.elementBytes();
    this.target = ByteBuffer.allocate((int) view.size() * bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * @param view inside its storage, with at least one element
   */
  static ByteBuffer of(TensorView view) {
    Gather gather = new Gather(view);
    int rank = view.dims().size();
    List<Long> dims = view.dims();
    List<Long> strides = view.strides();
    long[] index = new long[rank];
    long element = view.offset();
    while (gather.target.hasRemaining()) {
      gather.copy((int) element * gather.bytes);
      for (int axis = rank - 1; axis >= 0; axis--) {
        element += strides.get(axis);
        if (++index[axis] < dims.get(axis)) {
          break;
        }
        element -= strides.get(axis) * index[axis];
        index[axis] = 0;
      }
    }
    return gather.target.flip();
  }

  private void copy(int at) {
    switch (bytes) {
      case 1 -> target.put(source.get(at));
      case 2 -> target.putShort(source.getShort(at));
      case 4 -> target.putInt(source.getInt(at));
      default -> target.putLong(source.getLong(at));
    }
  }
}
