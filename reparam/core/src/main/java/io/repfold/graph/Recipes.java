package io.repfold.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The recipes by op type. */
final class Recipes {
  private static final Map<String, Recipe> ALL = new HashMap<>();

  static {
    ALL.putAll(ActivationRecipes.all());
    ALL.putAll(ReductionRecipes.all());
    ALL.putAll(NormalizationRecipes.all());
    ALL.putAll(ImageRecipes.all());
    ALL.put("GatherND", Recipe.of(11, 2, 2, 1, GatherNdRecipe::append));
    ALL.put("Einsum", Recipe.of(12, 1, Integer.MAX_VALUE, Integer.MAX_VALUE, EinsumRecipe::append));
  }

  private Recipes() {}

  static Optional<Recipe> find(Op op) {
    return op instanceof Op.Opaque opaque
        ? Optional.ofNullable(opaque.domain().isEmpty() ? ALL.get(opaque.type()) : null)
        : ofModeled(op);
  }

  /** Those of ops that have a meaning of their own, for who computes with the simpler ones. */
  private static Optional<Recipe> ofModeled(Op op) {
    return switch (OpKind.of(op)) {
      case CONTRACTS -> ofProduct(op);
      case NORMALIZES -> ofNormalization(op);
      case COMPETES ->
          op instanceof Op.LogSoftmax softmax
              ? made(1, 1, 1, c -> ReductionRecipes.logSoftmax(c, softmax))
              : Optional.empty();
      case MAPS -> ofMap(op);
      case COMBINES,
          POOLS,
          RESIZES,
          REDUCES,
          ACCUMULATES,
          RESHAPES,
          MOVES,
          REARRANGES,
          JOINS,
          PICKS,
          PASSES,
          DROPS,
          CONVERTS,
          QUANTIZES,
          MEASURES,
          GENERATES,
          OPAQUE ->
          Optional.empty();
    };
  }

  private static Optional<Recipe> ofProduct(Op op) {
    int any = Integer.MAX_VALUE;
    return op instanceof Op.Einsum einsum
        ? made(1, any, any, c -> EinsumRecipe.append(c, einsum.equation()))
        : Optional.empty();
  }

  private static Optional<Recipe> ofMap(Op op) {
    if (op instanceof Op.Gelu gelu) {
      return made(1, 1, 1, c -> ActivationRecipes.gelu(c, gelu));
    }
    if (op instanceof Op.Selu selu) {
      return made(1, 1, 1, c -> ActivationRecipes.selu(c, selu));
    }
    if (op instanceof Op.Celu celu) {
      return made(1, 1, 1, c -> ActivationRecipes.celu(c, celu));
    }
    return op instanceof Op.ThresholdedRelu relu
        ? made(1, 1, 1, c -> ActivationRecipes.thresholdedRelu(c, relu))
        : Optional.empty();
  }

  private static Optional<Recipe> ofNormalization(Op op) {
    if (op instanceof Op.LayerNormalization norm) {
      return made(2, 3, 3, c -> NormalizationRecipes.layer(c, norm));
    }
    if (op instanceof Op.InstanceNormalization norm) {
      return made(3, 3, 3, c -> NormalizationRecipes.instance(c, norm));
    }
    if (op instanceof Op.GroupNormalization norm) {
      return made(3, 3, 3, c -> NormalizationRecipes.group(c, norm));
    }
    return op instanceof Op.LpNormalization norm
        ? made(1, 1, 1, c -> NormalizationRecipes.lp(c, norm))
        : Optional.empty();
  }

  /** In any opset: the op says its form. */
  private static Optional<Recipe> made(int least, int most, int learnt, Recipe.Single body) {
    return Optional.of(Recipe.of(1, least, most, learnt, body));
  }
}
