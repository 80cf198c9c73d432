package io.repfold.onnx;

import io.repfold.graph.Op;

/**
 * How the nodes of one op type become an {@link Op}.
 *
 * @param since the first opset in which the type has the meaning that the op has
 * @param minInputs inputs that must be given
 * @param maxInputs most inputs, over all opsets
 * @param maxOutputs most outputs; the first must be given
 * @param reader notes in the view whatever it does not understand; what it returns is then unused
 */
record OpForm(int since, int minInputs, int maxInputs, int maxOutputs, Reader reader) {
  /** Reads attributes. */
  @FunctionalInterface
  interface Reader {
    Op read(NodeView node);
  }

  static final int ANY_NUMBER = Integer.MAX_VALUE;

  /** One output. */
  static OpForm of(int since, int minInputs, int maxInputs, Reader reader) {
    return new OpForm(since, minInputs, maxInputs, 1, reader);
  }

  boolean fits(NodeView node) {
    if (node.opset() < since
        || node.inputCount() > maxInputs
        || !node.hasOutput()
        || node.outputCount() > maxOutputs) {
      return false;
    }
    for (int i = 0; i < minInputs; i++) {
      if (!node.hasInput(i)) {
        return false;
      }
    }
    return true;
  }
}
