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
    return op instanceof Op.Opaque opaque && opaque.domain().isEmpty()
        ? Optional.ofNullable(ALL.get(opaque.type()))
        : Optional.empty();
  }
}
