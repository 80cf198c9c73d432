package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A graph as text for people, one node a line:
 *
 * <pre>
 * graph net (opset 17)
 *   in   %x: FLOAT[N, 3, H, W]
 *   %y = Conv(%x, w: FLOAT[64, 3, 3, 3], b: FLOAT[64]) strides=[2, 2] pads=[1, 1, 1, 1]   # FLOAT[N, 64, ...]
 *   out  %y
 * </pre>
 *
 * <p>Computed values and inputs have a percent sign, initializers their type, and an underscore
 * stands for what is left out. Attributes with ONNX's default value are not shown, nor are weights:
 * a tensor shows its elements only if they are few integers, or one number. An op that is not known
 * here shows its domain.
 */
public final class Listing {
  private static final int FEW = 8;
  private static final int LONGEST_TEXT = 60;
  private static final Pattern PLAIN_NAME = Pattern.compile("[\\w./:\\-]+");

  private final Graph graph;
  private final Map<String, Value> types;

  private Listing(Graph graph, Map<String, Value> types) {
    this.graph = graph;
    this.types = types;
  }

  /** The listing with the types that the graph itself declares. */
  public static String of(Graph graph) {
    return of(graph, Map.of());
  }

  /**
   * The listing with types.
   *
   * @param types of computed values, by name; those not in it are shown as the graph declares them
   */
  public static String of(Graph graph, Map<String, Value> types) {
    return new Listing(graph, types).text();
  }

  /**
   * The attributes of an op that differ from ONNX's defaults, each as {@code name=value} under
   * ONNX's name; of long lists and texts the beginning.
   */
  public static List<String> attributes(Op op) {
    return List.copyOf(op.accept(new ListedAttributes()));
  }

  private String text() {
    List<String> lines = new ArrayList<>();
    lines.add("graph %s (%s)".formatted(name(graph.name()), opsets()));
    for (Value input : graph.inputs()) {
      Tensor standard = graph.initializers().get(input.name());
      String value = standard == null ? "" : " = " + describe(standard);
      lines.add("  in   " + typed(input) + value);
    }
    graph.nodes().forEach(node -> lines.add("  " + line(node)));
    for (Value output : graph.outputs()) {
      lines.add("  out  " + typed(typeOf(output.name()).orElse(output)));
    }
    return String.join("\n", lines) + "\n";
  }

  private String opsets() {
    return graph.opsets().entrySet().stream()
        .map(e -> (e.getKey().isEmpty() ? "opset" : e.getKey()) + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }

  private String line(Node node) {
    String outputs = node.outputs().stream().map(this::output).collect(Collectors.joining(", "));
    String inputs = node.inputs().stream().map(this::input).collect(Collectors.joining(", "));
    String attributes =
        attributes(node.op()).stream().map(a -> " " + a).collect(Collectors.joining());
    String types =
        node.outputs().stream()
            .flatMap(o -> typeOf(o).stream())
            .map(Listing::type)
            .collect(Collectors.joining(", "));
    String comment = types.isEmpty() ? "" : "   # " + types;
    return "%s = %s(%s)%s%s".formatted(outputs, type(node.op()), inputs, attributes, comment);
  }

  private static String type(Op op) {
    boolean foreign = op instanceof Op.Opaque opaque && !opaque.domain().isEmpty();
    return foreign ? ((Op.Opaque) op).domain() + "::" + op.type() : op.type();
  }

  private String output(String name) {
    return name.isEmpty() ? "_" : "%" + name(name);
  }

  private String input(String name) {
    Tensor initializer = graph.initializers().get(name);
    return initializer == null || graph.isInput(name)
        ? output(name)
        : name(name) + ": " + describe(initializer);
  }

  private Optional<Value> typeOf(String name) {
    @Nullable Value given = types.get(name);
    return Optional.ofNullable(given != null ? given : graph.declared().get(name));
  }

  private static String typed(Value value) {
    boolean known = value.type().isPresent() || value.shape().isPresent();
    return "%" + name(value.name()) + (known ? ": " + type(value) : "");
  }

  private static String type(Value value) {
    return value.type().map(ElementType::toString).orElse("?")
        + value.shape().map(Shape::toString).orElse("[...]");
  }

  /** Type and shape, and the elements if they are few integers or one number. */
  static String describe(Tensor tensor) {
    long size = tensor.size();
    boolean shown =
        tensor.type().isNumeric() && size > 0 && size <= (tensor.type().isFloat() ? 1 : FEW);
    return tensor.describe() + (shown ? " = " + elements(tensor) : "");
  }

  private static String elements(Tensor tensor) {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < tensor.size(); i++) {
      elements.add(
          tensor.type().isFloat()
              ? Double.toString(tensor.doubleAt(i))
              : Long.toString((long) tensor.doubleAt(i)));
    }
    return tensor.rank() == 0 ? elements.get(0) : elements.toString();
  }

  /** A name as it is, or in quotes if it could be taken for something else. */
  static String name(String name) {
    return PLAIN_NAME.matcher(name).matches() ? name : quoted(name);
  }

  /** Text in quotes on one line, cut if it is long. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().limit(LONGEST_TEXT).forEach(c -> append(quoted, c));
    boolean cut = text.codePointCount(0, text.length()) > LONGEST_TEXT;
    return quoted.append(cut ? "...\"" : "\"").toString();
  }

  private static void append(StringBuilder quoted, int codePoint) {
    if (codePoint == '"' || codePoint == '\\') {
      quoted.append('\\').appendCodePoint(codePoint);
    } else if (Character.isISOControl(codePoint)) {
      quoted.append("\\u%04x".formatted(codePoint));
    } else {
      quoted.appendCodePoint(codePoint);
    }
  }
}
