package io.repfold.pipeline.inputs;

import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inputs and what they are.
 *
 * @param inputs one map a sample, by input name
 * @param wishes further ones, the more telling first
 * @param description for people, such as {@code 2 random inputs x 1x3x64x96, seed 0}
 * @param chosen whether a size was chosen here, because neither the caller nor the model gives it
 */
public record Samples(
    List<Map<String, HostTensor>> inputs, List<Wish> wishes, String description, boolean chosen) {
  public Samples {
    inputs = inputs.stream().map(Map::copyOf).toList();
    wishes = List.copyOf(wishes);
  }

  /** Without wishes. */
  public Samples(List<Map<String, HostTensor>> inputs, String description, boolean chosen) {
    this(inputs, List.of(), description, chosen);
  }

  /** Only the first ones, at least one. */
  public Samples first(int most) {
    int count = Math.min(most, inputs.size());
    return count == inputs.size()
        ? this
        : new Samples(
            inputs.subList(0, count),
            wishes,
            "%s (the first %d of them)".formatted(description, count),
            chosen);
  }

  /**
   * The sample of a report: one of the inputs by its index, or a wish by the name of its way.
   *
   * @param name empty for one of the inputs
   */
  public Optional<Map<String, HostTensor>> find(int index, String name) {
    if (name.isEmpty()) {
      return index < inputs.size() ? Optional.of(inputs.get(index)) : Optional.empty();
    }
    return wishes.stream()
        .flatMap(wish -> wish.ways().stream())
        .filter(way -> way.name().equals(name))
        .findFirst()
        .map(way -> way.inputs().get());
  }

  Samples withDescription(String other) {
    return new Samples(inputs, wishes, other, chosen);
  }
}
