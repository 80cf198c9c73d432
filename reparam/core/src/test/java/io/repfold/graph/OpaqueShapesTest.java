package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shapes of ops that have no meaning here. {@code OpaqueShapesConformanceTest} holds them to what
 * ONNX's own data have; here are sizes that are not known, and inputs that contradict each other.
 */
class OpaqueShapesTest {
  private final Graph.Builder b = new Graph.Builder("g").opset("", 17);
  private final Map<String, Object> attributes = new HashMap<>();

  private String input(String name, String dims) {
    b.input(new Value(name, Optional.of(ElementType.FLOAT), shape(dims)));
    return name;
  }

  private static Optional<Shape> shape(String dims) {
    List<Dim> all = new ArrayList<>();
    for (String dim : dims.split(" ", -1)) {
      all.add(Character.isDigit(dim.charAt(0)) ? Dim.of(Long.parseLong(dim)) : new Dim.Symbol(dim));
    }
    return dims.equals("?") ? Optional.empty() : Optional.of(new Shape(all));
  }

  private String longs(String name, long... values) {
    b.initializer(name, Tensor.ofLongs(values, values.length));
    return name;
  }

  /** Shapes of the outputs, which are named y, y1, ... */
  private List<String> shapes(String type, int outputs, String... inputs) {
    List<String> names = new ArrayList<>(List.of("y"));
    for (int i = 1; i < outputs; i++) {
      names.add("y" + i);
    }
    Op op = new Op.Opaque("", type, attributes, List.of());
    b.node(new Node("", op, List.of(inputs), names));
    Map<String, Value> known = ShapeInference.infer(b.build());
    return names.stream()
        .map(n -> known.get(n).shape().map(Shape::toString).orElse("unknown"))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "GRU, forward, 0, T N 5, '[T, 1, N, 4]', '[1, N, 4]'",
    "GRU, bidirectional, 0, T N 5, '[T, 2, N, 4]', '[2, N, 4]'",
    "GRU, reverse, 1, N T 5, '[N, T, 1, 4]', '[N, 1, 4]'",
    "LSTM, bidirectional, 1, 3 7 5, '[3, 7, 2, 4]', '[3, 2, 4]'",
    "LSTM, forward, 0, 3 7 5, '[3, 1, 7, 4]', '[1, 7, 4]'",
    "RNN, forward, 0, 3 7 5, '[3, 1, 7, 4]', '[1, 7, 4]'"
  })
  void recurrent(String type, String direction, long layout, String x, String states, String last) {
    attributes.putAll(Map.of("direction", direction, "layout", layout, "hidden_size", 4L));
    int outputs = type.equals("LSTM") ? 3 : 2;
    List<String> expected = new ArrayList<>(List.of(states, last));
    if (outputs == 3) {
      expected.add(last);
    }
    List<String> found = shapes(type, outputs, input("x", x), input("w", "?"), input("r", "?"));
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void the_size_of_states_follows_from_the_weights_too() {
    String r = input("r", "2 12 4");
    attributes.put("direction", "bidirectional");
    assertThat(shapes("GRU", 2, input("x", "T N 5"), input("w", "2 12 5"), r))
        .containsExactly("[T, 2, N, 4]", "[2, N, 4]");
  }

  @Test
  void before_opset_7_states_may_be_left_out() {
    b.opset("", 6);
    attributes.put("hidden_size", 4L);
    assertThat(shapes("RNN", 2, input("x", "3 2 5"))).containsExactly("unknown", "unknown");
  }

  @Test
  void what_an_image_of_another_rank_gives_is_not_known() {
    attributes.put("pooled_shape", List.of(2L, 3L));
    assertThat(shapes("MaxRoiPool", 1, input("x", "N 4 5"), input("r", "R 5")).get(0))
        .startsWith("[R, ")
        .endsWith(", 2, 3]");
  }

  @Test
  void contradictions_are_carried_along() {
    attributes.put("kernel_shape", List.of(2L));
    assertThat(shapes("LpPool", 1, input("x", "N 4 5 6"))).containsExactly("unknown");
  }

  @Test
  void an_unknown_attribute_is_carried_along() {
    attributes.putAll(Map.of("kernel_shape", List.of(2L, 2L), "auto_pad", "SOMEHOW"));
    assertThat(shapes("LpPool", 1, input("x", "N 4 5 6"))).containsExactly("unknown");
  }

  @Test
  void another_domain_is_another_op() {
    Op op = new Op.Opaque("ai.somebody", "GRU", Map.of("hidden_size", 4L), List.of());
    Graph graph = b.opset("ai.somebody", 1).node(op, List.of(input("x", "3 2 5")), "y").build();
    assertThat(ShapeInference.infer(graph).get("y").shape()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"LpPool, N 4 H 6, '[N, 4, floor((H+1)/2)-1, 2]'", "LpPool, N 4 9 6, '[N, 4, 4, 2]'"})
  void a_pooling(String type, String x, String expected) {
    attributes.putAll(Map.of("kernel_shape", List.of(3L, 3L), "strides", List.of(2L, 2L)));
    assertThat(shapes(type, 1, input("x", x))).containsExactly(expected);
  }

  @Test
  void a_new_axis_for_one_hot() {
    attributes.put("axis", 1L);
    assertThat(shapes("OneHot", 1, input("x", "N T"), longs("depth", 9), input("v", "2")))
        .containsExactly("[N, 9, T]");
  }

  @Test
  void elements_at_indices() {
    assertThat(shapes("GatherElements", 1, input("x", "8 N"), input("i", "3 N")))
        .containsExactly("[3, N]");
  }

  @Test
  void a_fourier_transform_of_a_known_length() {
    attributes.putAll(Map.of("onesided", 1L, "axis", 1L));
    assertThat(shapes("DFT", 1, input("x", "N T 1"), longs("length", 16)))
        .containsExactly("[N, 9, 2]");
  }

  @Test
  void short_fourier_transforms() {
    String x = input("x", "N 160 1");
    assertThat(shapes("STFT", 1, x, longs("step", 8), input("window", "16")))
        .containsExactly("[N, 19, 9, 2]");
  }

  @Test
  void lists_of_outputs_are_never_shorter_than_those_of_the_node() {
    assertThat(shapes("Sin", 3, input("x", "N 4"))).containsExactly("[N, 4]", "unknown", "unknown");
  }
}
