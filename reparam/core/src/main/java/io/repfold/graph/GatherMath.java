package io.repfold.graph;

import java.util.Arrays;

/** Reading and writing at computed indices. */
final class GatherMath {
  private GatherMath() {}

  static NdArray gather(NdArray x, NdArray indices, int axis) {
    int at = Layout.axis(axis, x.rank());
    int[] dims = new int[x.rank() - 1 + indices.rank()];
    System.arraycopy(x.dims(), 0, dims, 0, at);
    System.arraycopy(indices.dims(), 0, dims, at, indices.rank());
    System.arraycopy(x.dims(), at + 1, dims, at + indices.rank(), x.rank() - at - 1);
    NdArray y = Layout.zeros(x.type(), dims);
    int outer = Layout.product(x.dims(), 0, at);
    int inner = Layout.product(x.dims(), at + 1, x.rank());
    int count = indices.data().length;
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < count; i++) {
        int index = index(indices.data()[i], x.dim(at), x);
        int from = (o * x.dim(at) + index) * inner;
        System.arraycopy(x.data(), from, y.data(), (o * count + i) * inner, inner);
      }
    }
    return y;
  }

  static NdArray scatterNd(NdArray x, NdArray indices, NdArray updates) {
    Check.that(indices.rank() >= 1, "the indices must have at least one axis, got %s", indices);
    int depth = indices.dim(indices.rank() - 1);
    Check.that(depth <= x.rank(), "indices %s go deeper than %s", indices, x);
    int count = Layout.product(indices.dims(), 0, indices.rank() - 1);
    int size = Layout.product(x.dims(), depth, x.rank());
    int[] wanted = Arrays.copyOf(indices.dims(), indices.rank() - 1 + x.rank() - depth);
    System.arraycopy(x.dims(), depth, wanted, indices.rank() - 1, x.rank() - depth);
    Check.that(
        Arrays.equals(updates.dims(), wanted),
        "updates %s must have the shape %s",
        updates,
        Arrays.toString(wanted));
    int[] strides = Layout.strides(x.dims());
    NdArray y = new NdArray(x.type(), x.dims(), Arrays.copyOf(x.data(), x.data().length));
    for (int i = 0; i < count; i++) {
      int to = 0;
      for (int j = 0; j < depth; j++) {
        to += index(indices.data()[i * depth + j], x.dim(j), x) * strides[j];
      }
      System.arraycopy(updates.data(), i * size, y.data(), to, size);
    }
    return y;
  }

  private static int index(double index, int size, NdArray x) {
    if (index != Math.rint(index)) {
      throw new InvalidGraphException("an index must be a whole number, got %s".formatted(index));
    }
    if (!(index >= -size && index < size)) {
      throw new InvalidGraphException(
          "index %.0f lies outside the %d of %s".formatted(index, size, x));
    }
    return (int) (index < 0 ? index + size : index);
  }
}
