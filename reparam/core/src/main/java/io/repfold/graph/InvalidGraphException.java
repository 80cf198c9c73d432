package io.repfold.graph;

/**
 * A graph, node or tensor that breaks a rule of ONNX. The message names it, what was expected and
 * what was found.
 */
public final class InvalidGraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidGraphException(String message) {
    super(message);
  }
}
