package io.repfold.pipeline.inputs;

import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A further sample, if the reference takes it and time allows.
 *
 * @param name for people, such as {@code all zeros}
 * @param ways the first one that the model takes is the sample
 */
public record Wish(String name, List<Way> ways) {
  /**
   * One way to have the wish.
   *
   * @param name for people, such as {@code x 1x3x67x93}
   * @param elements of all inputs together, which tells how long a run takes
   * @param inputs by name, made when they are asked for
   * @param beside inputs that are the same but for last bits; present where all values are alike,
   *     so that a model which takes the larger of two may find them equal
   */
  public record Way(
      String name,
      long elements,
      Supplier<Map<String, HostTensor>> inputs,
      Optional<Supplier<Map<String, HostTensor>>> beside) {
    /** Inputs whose values differ anyway. */
    public Way(String name, long elements, Supplier<Map<String, HostTensor>> inputs) {
      this(name, elements, inputs, Optional.empty());
    }
  }

  public Wish {
    ways = List.copyOf(ways);
  }
}
