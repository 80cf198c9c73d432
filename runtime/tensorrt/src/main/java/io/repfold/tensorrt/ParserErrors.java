package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.jspecify.annotations.Nullable;

/** What TensorRT's parser has against a model. */
final class ParserErrors {
  private ParserErrors() {}

  /** All errors, each once, with the node that it is about. */
  static List<String> of(IParser parser) {
    List<String> errors = new ArrayList<>();
    for (int i = 0; i < parser.getNbErrors(); i++) {
      IParserError error = parser.getError(i);
      errors.add(text(error.node(), error.nodeName(), error.nodeOperator(), error.desc()));
    }
    return errors.stream().distinct().toList();
  }

  /**
   * One error in words.
   *
   * @param node the node's number, -1 if the error is about no node
   */
  static String text(
      int node, @Nullable String name, @Nullable String operator, @Nullable String description) {
    String what = description == null || description.isBlank() ? "not supported" : description;
    if (node < 0) {
      return what.strip();
    }
    String label = name == null || name.isEmpty() ? "number " + node : "'%s'".formatted(name);
    return "node %s (%s): %s".formatted(label, operator == null ? "?" : operator, what.strip());
  }
}
