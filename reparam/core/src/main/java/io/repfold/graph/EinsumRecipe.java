package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sums of products by an {@link EinsumEquation}: operands are joined one after the other, by a
 * matrix product where axes are summed over, and element by element where none are.
 */
final class EinsumRecipe {
  private final Composer c;

  private EinsumRecipe(Composer c) {
    this.c = c;
  }

  /** A value with a letter for each of its axes. */
  private record Term(String value, String axes) {}

  /** Of a node that was read as it is. */
  static String append(Composer c) {
    return append(c, c.text("equation", ""));
  }

  static String append(Composer c, String text) {
    List<Integer> ranks = new ArrayList<>();
    for (int i = 0; i < c.inputs(); i++) {
      ranks.add(c.rank(i));
    }
    EinsumEquation equation = EinsumEquation.of(text, ranks);
    equation
        .diagonal()
        .ifPresent(
            axis -> {
              throw new InvalidGraphException(
                  "equation '%s' has '%s' twice in one term; diagonals have no meaning here"
                      .formatted(text, axis));
            });
    return new EinsumRecipe(c).result(equation);
  }

  private String result(EinsumEquation equation) {
    List<String> terms = equation.terms();
    Term product = summed(new Term(c.input(0), terms.get(0)), equation.asked(1));
    for (int i = 1; i < terms.size(); i++) {
      String asked = equation.asked(i + 1);
      Term next = summed(new Term(c.input(i), terms.get(i)), asked + product.axes());
      product = joined(summed(product, asked + next.axes()), next, asked);
    }
    return arranged(product, equation.result()).value();
  }

  /** Sums over the axes that nobody asks for. */
  private Term summed(Term term, String wanted) {
    List<Integer> gone = new ArrayList<>();
    for (int i = 0; i < term.axes().length(); i++) {
      if (wanted.indexOf(term.axes().charAt(i)) < 0) {
        gone.add(i);
      }
    }
    if (gone.isEmpty()) {
      return term;
    }
    Op sum = new Op.Reduce(Op.Reduce.Function.SUM, Optional.of(gone), false, false);
    return new Term(c.add(sum, term.value()), EinsumEquation.kept(term.axes(), wanted, true));
  }

  private Term joined(Term a, Term b, String wanted) {
    String common = EinsumEquation.kept(a.axes(), b.axes(), true);
    String batch = EinsumEquation.kept(common, wanted, true);
    String inner = EinsumEquation.kept(common, wanted, false);
    String left = EinsumEquation.kept(a.axes(), common, false);
    String right = EinsumEquation.kept(b.axes(), common, false);
    String axes = batch + left + right;
    if (inner.isEmpty()) {
      return new Term(c.times(spread(a, axes), spread(b, axes)), axes);
    }
    Term rows = arranged(a, batch + left + inner);
    Term columns = arranged(b, batch + inner + right);
    int n = batch.length();
    String product =
        c.add(
            new Op.MatMul(),
            matrices(rows.value(), n, left.length(), inner.length()),
            matrices(columns.value(), n, inner.length(), right.length()));
    return new Term(unfolded(product, rows, columns, n, left.length(), inner.length()), axes);
  }

  /** Axes in another order, all of them. */
  private Term arranged(Term term, String axes) {
    if (term.axes().equals(axes)) {
      return term;
    }
    List<Integer> order = axes.chars().mapToObj(a -> term.axes().indexOf(a)).toList();
    return new Term(c.add(new Op.Transpose(order), term.value()), axes);
  }

  /** All of these axes, those that the value has not with size 1. */
  private String spread(Term term, String axes) {
    String value = arranged(term, EinsumEquation.kept(axes, term.axes(), true)).value();
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < axes.length(); i++) {
      if (term.axes().indexOf(axes.charAt(i)) < 0) {
        missing.add(i);
      }
    }
    return missing.isEmpty() ? value : c.add(new Op.Unsqueeze(Optional.of(missing)), value);
  }

  /** Makes one axis each of the {@code first} and the {@code second} axes after the batch. */
  private String matrices(String value, int batch, int first, int second) {
    String narrow = value;
    if (second != 1) {
      long[] shape = new long[batch + first + 1];
      shape[batch + first] = second == 0 ? 1 : -1;
      narrow = c.reshape(value, c.longs(shape));
    }
    if (first == 1) {
      return narrow;
    }
    long[] front = new long[batch + 1];
    front[batch] = first == 0 ? 1 : -1;
    String last = c.sizes(narrow, batch + first, batch + first + 1);
    return c.reshape(narrow, c.concat(c.longs(front), last));
  }

  /** Gives a product of matrices the axes of its factors back. */
  private String unfolded(String product, Term rows, Term columns, int batch, int left, int inner) {
    int right = columns.axes().length() - batch - inner;
    if (left == 1 && right == 1) {
      return product;
    }
    String shape =
        c.concat(
            c.longs(new long[batch]),
            c.sizes(rows.value(), batch, batch + left),
            c.sizes(columns.value(), batch + inner, batch + inner + right));
    return c.reshape(product, shape);
  }
}
