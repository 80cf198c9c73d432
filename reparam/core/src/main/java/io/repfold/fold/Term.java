package io.repfold.fold;

import java.util.Optional;

/**
 * One summand of a form.
 *
 * @param source the value that the map reads
 * @param origin the value of the graph that is exactly this summand, if there is one
 * @param carrier what it may be written as, once it is no value that is there
 */
record Term(String source, Affine map, Optional<String> origin, Carrier carrier) {
  static Term of(String source, Affine map, Carrier carrier) {
    return new Term(
        source, map, map.isIdentity() ? Optional.of(source) : Optional.empty(), carrier);
  }

  Term withOrigin(String value) {
    return new Term(source, map, Optional.of(value), carrier);
  }

  Term then(Affine next, Carrier nextCarrier) {
    Optional<String> kept = next.isIdentity() ? origin : Optional.empty();
    return new Term(source, map.then(next), kept, carrier.with(nextCarrier));
  }

  Term plus(Term other) {
    return new Term(source, map.plus(other.map), Optional.empty(), carrier.with(other.carrier));
  }

  /** Whether a Conv, an AveragePool or a product by a matrix is part of it. */
  boolean contracts() {
    return carrier.contracts();
  }

  /**
   * What it is written as: a product that was there before may have become a convolution with
   * kernels or groups.
   */
  Carrier written() {
    boolean product = map.isPositionwise() && map.weights().groups() == 1;
    return carrier == Carrier.NONE || carrier == Carrier.LEFT_MATMUL && !product
        ? Carrier.CONV
        : carrier;
  }

  /** Whether it can stand in a folded graph: as a value that is there already, or as a node. */
  boolean canBeEmitted() {
    return contracts() || origin.isPresent();
  }
}
