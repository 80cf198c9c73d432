package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Map;

/** The networks that a configuration can name: the door of this package. */
public final class Networks {
  private static final List<Architecture> ARCHITECTURES = Catalog.all();

  private Networks() {}

  /** The values of {@code arch.type}. */
  public static List<String> types() {
    return ARCHITECTURES.stream().map(Architecture::type).toList();
  }

  /** What each network costs and where it comes from, in the order of {@link #types()}. */
  public static List<NetworkRow> table() {
    return NetworkTable.of(ARCHITECTURES);
  }

  /**
   * The same of one type.
   *
   * @throws IllegalArgumentException if there is no such type; names the nearest
   */
  public static NetworkRow row(String type) {
    return NetworkTable.of(List.of(architecture(type))).get(0);
  }

  /**
   * The names of all arguments of a type.
   *
   * @throws IllegalArgumentException if there is no such type; names the nearest
   */
  public static List<String> arguments(String type) {
    return architecture(type).argumentNames();
  }

  /**
   * The values of the argument {@code backbone} of a type; empty if it has no such argument.
   *
   * @throws IllegalArgumentException if there is no such type; names the nearest
   */
  public static List<String> backbones(String type) {
    return architecture(type).backbones();
  }

  /**
   * A network in training form.
   *
   * @param type one of {@link #types()}
   * @param arguments {@code arch.args} of a configuration: texts, numbers and booleans by key; what
   *     is left out has the default of the published network
   * @param classes at least 1
   * @param weights values before training, such as {@link #initialWeights}
   * @throws IllegalArgumentException if there is no such type, key or value; names the nearest
   */
  public static Network build(
      String type, Map<String, Object> arguments, int classes, WeightSource weights) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "%s: a network has at least 1 class, got %d".formatted(type, classes));
    }
    return architecture(type).build(arguments, classes, weights);
  }

  /**
   * The values before training of the published network of this type. The same seed gives the same
   * values.
   */
  public static WeightSource initialWeights(String type, long seed) {
    return architecture(type).initial().apply(seed);
  }

  private static Architecture architecture(String type) {
    return ARCHITECTURES.stream()
        .filter(a -> a.type().equals(type))
        .findFirst()
        .orElseThrow(() -> NamedArguments.unknown("arch.type", type, types()));
  }
}
