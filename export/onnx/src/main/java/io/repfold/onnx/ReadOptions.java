package io.repfold.onnx;

/**
 * How a file is read.
 *
 * @param constantWeights whether an initializer that the file also lists as a graph input is a
 *     constant, and no input any more. From IR version 4 on, ONNX lets callers override such
 *     weights; many exporters list them without meaning it
 */
public record ReadOptions(boolean constantWeights) {
  /** What callers may override stays an input. */
  public static final ReadOptions DEFAULT = new ReadOptions(false);

  /** Every initializer is a constant. */
  public static final ReadOptions CONSTANT_WEIGHTS = new ReadOptions(true);
}
