package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.NdArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Resize as matrix products, one an axis. Operands: image, and the matrices of the axes that change
 * in the order of {@link #order}: of the last axis {@code [input, output]}, of others {@code
 * [output, input]}.
 */
final class Resizes {
  private Resizes() {}

  /** The axes that change, those first that shrink the image most. */
  static List<Integer> order(List<Optional<NdArray>> matrices) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      if (matrices.get(i).isPresent()) {
        axes.add(i);
      }
    }
    axes.sort(
        Comparator.<Integer>comparingDouble(
                i -> {
                  NdArray matrix = matrices.get(i).orElseThrow();
                  return (double) matrix.dim(0) / matrix.dim(1);
                })
            .thenComparing(Comparator.reverseOrder()));
    return axes;
  }

  static NdArray operand(NdArray matrix, boolean lastAxis) {
    if (!lastAxis) {
      return matrix;
    }
    int rows = matrix.dim(0);
    int columns = matrix.dim(1);
    double[] turned = new double[rows * columns];
    Arrays.setAll(turned, i -> matrix.data()[i % rows * columns + i / rows]);
    return new NdArray(matrix.type(), new int[] {columns, rows}, turned);
  }

  static Step of(long[] x, List<Integer> axes, List<Optional<NdArray>> matrices) {
    if (axes.isEmpty()) {
      return Movements.reshape(x);
    }
    long[] outputs = new long[axes.size()];
    Arrays.setAll(outputs, i -> matrices.get(axes.get(i)).orElseThrow().dim(0));
    return Step.single(
        (in, training) -> {
          PtNDArray y = in[0];
          long[] dims = x.clone();
          for (int i = 0; i < axes.size(); i++) {
            PtNDArray next = along(y, in[1 + i], axes.get(i), dims, outputs[i]);
            dims[axes.get(i)] = outputs[i];
            if (i > 0) {
              y.close();
            }
            y = next;
          }
          return y;
        });
  }

  private static PtNDArray along(
      PtNDArray x, PtNDArray matrix, int axis, long[] dims, long output) {
    int rank = dims.length;
    long[] result = dims.clone();
    result[axis] = output;
    if (axis == rank - 1) {
      return JniUtils.matmul(x, matrix);
    }
    long outer = Movements.product(dims, 0, axis);
    long inner = Movements.product(dims, axis + 1, rank);
    try (PtNDArray flat = JniUtils.reshape(x, new long[] {outer, dims[axis], inner});
        PtNDArray view = PassArrays.reshape(x, matrix, matrix.getShape().getShape());
        PtNDArray y = JniUtils.matmul(view, flat)) {
      return JniUtils.reshape(y, result);
    }
  }
}
