package io.repfold.graph;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The integers of attributes, and of the inputs that took their place in later opsets. */
public final class Integers {
  private Integers() {}

  /** Those of an attribute. */
  public static long[] of(Collection<? extends Number> attribute) {
    return attribute.stream().mapToLong(Number::longValue).toArray();
  }

  /** Those of an optional input; none if it is left out. */
  public static long[] of(@Nullable NdArray input) {
    return input == null
        ? new long[0]
        : Arrays.stream(input.data()).mapToLong(v -> (long) v).toArray();
  }

  /** Those of the attribute; if there is none, of the optional input, which is asked for then. */
  public static long[] of(
      Optional<? extends Collection<? extends Number>> attribute,
      Supplier<@Nullable NdArray> input) {
    return attribute.isPresent() ? of(attribute.get()) : of(input.get());
  }
}
