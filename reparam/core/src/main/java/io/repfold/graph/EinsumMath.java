package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;

/** Sums of products by an {@link EinsumEquation}, as they are defined: element by element. */
final class EinsumMath {
  private static final Term ONE = new Term(NdArray.of(new double[] {1}), "");

  private EinsumMath() {}

  /** An array with a letter for each of its axes. */
  private record Term(NdArray value, String axes) {
    /** The elements along an axis; 1 if the array has none of it. */
    int size(int axis) {
      int size = 1;
      for (int i = 0; i < axes.length(); i++) {
        if (axes.charAt(i) == axis) {
          boolean same = axes.indexOf(axis) == i || size == value.dim(i);
          Check.that(same, "the diagonal '%c' needs equal sizes, got %s", (char) axis, value);
          size = value.dim(i);
        }
      }
      return size;
    }

    /** How far apart neighbors along an axis are: along all its axes of a diagonal. */
    int stride(int axis) {
      if (size(axis) == 1) {
        return 0;
      }
      int[] strides = Layout.strides(value.dims());
      int stride = 0;
      for (int i = 0; i < axes.length(); i++) {
        stride += axes.charAt(i) == axis ? strides[i] : 0;
      }
      return stride;
    }

    int[] strides(String along) {
      return along.chars().map(this::stride).toArray();
    }
  }

  /**
   * The operands are multiplied one after the other, and summed over an axis once no other operand
   * has it. An axis of one element stretches, as those of an ellipsis do.
   */
  static NdArray einsum(Op.Einsum op, List<NdArray> inputs, Sums sums) {
    EinsumEquation equation =
        EinsumEquation.of(op.equation(), inputs.stream().map(NdArray::rank).toList());
    Term product = new Term(inputs.get(0), equation.terms().get(0));
    for (int i = 1; i < inputs.size(); i++) {
      Term next = new Term(inputs.get(i), equation.terms().get(i));
      String asked = equation.asked(i + 1);
      product = summed(product, next.axes() + asked, sums);
      next = summed(next, product.axes() + asked, sums);
      String all = product.axes() + next.axes();
      product = product(product, next, EinsumEquation.kept(all, asked, true), sums);
    }
    return product(product, ONE, equation.result(), sums).value();
  }

  /** Sums over the axes that nobody asks for. */
  private static Term summed(Term term, String asked, Sums sums) {
    String kept = EinsumEquation.kept(term.axes(), asked, true);
    return kept.equals(term.axes()) ? term : product(term, ONE, kept, sums);
  }

  private static Term product(Term a, Term b, String result, Sums sums) {
    String inner = EinsumEquation.kept(a.axes() + b.axes(), result, false);
    int[] dims = sizes(a, b, result);
    int[] fromA = places(sizes(a, b, inner), a.strides(inner));
    int[] fromB = places(sizes(a, b, inner), b.strides(inner));
    int[] startA = places(dims, a.strides(result));
    int[] startB = places(dims, b.strides(result));
    NdArray y = Layout.zeros(a.value().type(), dims);
    double[] left = a.value().data();
    double[] right = b.value().data();
    for (int i = 0; i < y.data().length; i++) {
      double sum = 0;
      for (int k = 0; k < fromA.length; k++) {
        sum = sums.add(sum, left[startA[i] + fromA[k]] * right[startB[i] + fromB[k]]);
      }
      y.data()[i] = sum;
    }
    return new Term(y, result);
  }

  private static int[] sizes(Term a, Term b, String axes) {
    return axes.chars()
        .map(
            axis -> {
              int one = a.size(axis);
              int other = b.size(axis);
              Check.that(
                  one == other || one == 1 || other == 1,
                  "axis '%c' has %d and %d elements; they must be equal or 1",
                  (char) axis,
                  one,
                  other);
              return one == 1 ? other : one;
            })
        .toArray();
  }

  /** The place of each element of a block, row by row. */
  private static int[] places(int[] dims, int[] strides) {
    int[] places = new int[Layout.count(dims)];
    int[] index = new int[dims.length];
    for (int i = 0; i < places.length; i++) {
      int place = 0;
      for (int axis = 0; axis < dims.length; axis++) {
        place += index[axis] * strides[axis];
      }
      places[i] = place;
      Layout.next(index, dims, dims.length);
    }
    return places;
  }

  /** Multiplications with an addition; those of operands with nothing are none. */
  static long multiplyAdds(Op.Einsum op, List<long[]> shapes) {
    EinsumEquation equation =
        EinsumEquation.of(op.equation(), shapes.stream().map(s -> s.length).toList());
    List<Long> counts = new ArrayList<>();
    for (String axes : equation.products()) {
      counts.add(
          axes.chars()
              .mapToLong(axis -> size(equation, shapes, axis))
              .reduce(1, Math::multiplyExact));
    }
    return counts.stream().reduce(0L, Math::addExact);
  }

  private static long size(EinsumEquation equation, List<long[]> shapes, int axis) {
    long size = 1;
    for (int i = 0; i < shapes.size(); i++) {
      int place = equation.terms().get(i).indexOf(axis);
      size = place >= 0 && size == 1 ? shapes.get(i)[place] : size;
    }
    return size;
  }
}
