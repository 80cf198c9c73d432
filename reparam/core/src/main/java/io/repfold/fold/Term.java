package io.repfold.fold;

import java.util.Optional;

/**
 * One summand of a form.
 *
 * @param source the value that the map reads
 * @param origin the value of the graph that is exactly this summand, if there is one
 * @param windowed whether a Conv or AveragePool is part of it; only then may it become a Conv
 */
record Term(String source, Affine map, Optional<String> origin, boolean windowed) {
  static Term of(String source, Affine map, boolean windowed) {
    return new Term(
        source, map, map.isIdentity() ? Optional.of(source) : Optional.empty(), windowed);
  }

  Term withOrigin(String value) {
    return new Term(source, map, Optional.of(value), windowed);
  }

  Term then(Affine next, boolean nextIsWindowed) {
    Optional<String> kept = next.isIdentity() ? origin : Optional.empty();
    return new Term(source, map.then(next), kept, windowed || nextIsWindowed);
  }

  Term plus(Term other) {
    return new Term(source, map.plus(other.map), Optional.empty(), windowed || other.windowed);
  }

  /** Whether it can stand in a folded graph: as a value that is there already, or as a Conv. */
  boolean canBeEmitted() {
    return windowed || origin.isPresent();
  }
}
