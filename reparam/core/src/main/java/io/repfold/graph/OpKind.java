package io.repfold.graph;

/**
 * What an op does with the elements of its inputs. Every op has one kind, and a new one breaks
 * {@link OpKinds} at compile time until it has.
 */
public enum OpKind {
  /** Sums products of elements of two inputs: the work of a layer, which grows with two sizes. */
  CONTRACTS,
  /** Scales and shifts by a mean and a variance, stored ones or its input's own, or by a norm. */
  NORMALIZES,
  /** Weighs the elements along an axis against each other. */
  COMPETES,
  /** A function of single elements, with fixed numbers at most. */
  MAPS,
  /** A function of the elements that several inputs have in one place. */
  COMBINES,
  /** Summarizes windows of an image, or undoes that. */
  POOLS,
  /** Interpolates. */
  RESIZES,
  /** Makes one element of those along axes. */
  REDUCES,
  /** Sums up along an axis, and keeps each sum. */
  ACCUMULATES,
  /** Keeps the elements and their order, and changes the shape. */
  RESHAPES,
  /** Puts elements of one input elsewhere, repeats them, or leaves some out. */
  MOVES,
  /** Exchanges channels and pixels. */
  REARRANGES,
  /** Puts inputs beside each other. */
  JOINS,
  /** Takes elements from places, or puts them there, that are computed. */
  PICKS,
  /** Gives its input on. */
  PASSES,
  /** Gives its input on at inference. */
  DROPS,
  /** Changes the element type. */
  CONVERTS,
  /** Maps real numbers to integers with a scale, or back. */
  QUANTIZES,
  /** Tells the shape, not the elements. */
  MEASURES,
  /** Makes elements from nothing, or from sizes. */
  GENERATES,
  /** Not modeled. */
  OPAQUE;

  public static OpKind of(Op op) {
    return op.accept(OpKinds.INSTANCE);
  }

  /** Whether an op is of this kind. */
  public boolean includes(Op op) {
    return of(op) == this;
  }

  /**
   * Whether an op normalizes: one of {@link #NORMALIZES}, or one that is not modeled whose name
   * says so.
   */
  public static boolean isNormalization(Op op) {
    return op instanceof Op.Opaque ? op.type().endsWith("Normalization") : NORMALIZES.includes(op);
  }
}
