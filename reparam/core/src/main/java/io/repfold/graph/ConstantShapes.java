package io.repfold.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes nodes whose inputs are small constants, so that what depends on them is known. */
final class ConstantShapes {
  private ConstantShapes() {}

  /** The facts, with their elements where the node can be computed already. */
  static List<Fact> evaluated(Node node, List<@Nullable Fact> inputs, List<Fact> ruled) {
    boolean constant =
        !(node.op() instanceof Op.Opaque)
            && !inputs.isEmpty()
            && !ruled.isEmpty()
            && inputs.stream().allMatch(f -> f == null || f.constant().isPresent())
            && ruled.stream().allMatch(ConstantShapes::isSmall);
    if (!constant) {
      return ruled;
    }
    List<@Nullable NdArray> arrays =
        inputs.stream().<@Nullable NdArray>map(f -> f == null ? null : f.constant().get()).toList();
    return Interpreter.evaluate(node, arrays).stream()
        .map(ConstantShapes::rounded)
        .map(Fact::of)
        .toList();
  }

  /** As at run time: {@code floor(10 * 0.7f)} is 7 where the product is rounded, 6 where not. */
  private static NdArray rounded(NdArray result) {
    return result.type().isFloat() ? NdArray.of(result.toTensor()) : result;
  }

  /** And of a type that is computed with, as strings and the narrowest numbers are not. */
  private static boolean isSmall(Fact fact) {
    boolean numeric = fact.type().map(ElementType::isNumeric).orElse(false);
    return numeric
        && fact.shape()
            .flatMap(Shape::sizes)
            .filter(sizes -> Tensor.count(sizes) <= Fact.MOST_ELEMENTS)
            .isPresent();
  }
}
