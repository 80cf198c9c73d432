package io.repfold.check;

/**
 * What the outputs of a candidate may do differently from its reference's, if that is asked for.
 */
public enum Allowance {
  /** Come in another order. */
  ORDER,
  /** Have other names: they are matched by their places. */
  NAMES,
  /** Have another floating type. */
  TYPES
}
