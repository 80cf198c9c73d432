package io.repfold.onnx;

import com.google.errorprone.annotations.FormatMethod;
import io.repfold.graph.Node;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an opset can say of a node; the rest is refused with the node, the opset and the reason. */
final class OpsetRules {
  private final Node node;
  private final int opset;

  OpsetRules(Node node, int opset) {
    this.node = node;
    this.opset = opset;
  }

  @FormatMethod
  void require(boolean holds, String message, @Nullable Object... arguments) {
    Check.that(
        holds,
        "%s cannot be written in opset %d: %s",
        node.describe(),
        opset,
        message.formatted(arguments));
  }

  /** The node may use {@code what} from {@code since} on. */
  void requireSince(int since, boolean uses, String what) {
    require(!uses || opset >= since, "%s came with opset %d", what, since);
  }

  /** An attribute that became an input is there before {@code since} only, the input after. */
  void requireAttributeBefore(int since, Optional<?> attribute, String what) {
    require(
        opset < since || attribute.isEmpty(),
        "since opset %d its %s are an input, not an attribute",
        since,
        what);
    require(
        opset >= since || node.inputs().size() == 1,
        "before opset %d its %s are an attribute, not an input",
        since,
        what);
  }
}
