package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where rounding may move a result by a whole number, it is computed as a runtime does: {@code 10 *
 * 0.7f} is 6.99999988, and 7 once it is rounded to float32; {@code 10 * 0.1f} is 1.0000000149, and
 * 1.
 */
class RunTimeConstantsTest {
  private static final Op.Binary MUL = new Op.Binary(Op.Binary.Function.MUL);

  static List<Op> jumps() {
    return List.of(
        new Op.Unary(Op.Unary.Function.FLOOR),
        new Op.Unary(Op.Unary.Function.CEIL),
        new Op.Cast(ElementType.INT64),
        new Op.Cast(ElementType.INT32),
        new Op.Binary(Op.Binary.Function.GREATER),
        new Op.Binary(Op.Binary.Function.EQUAL),
        new Op.Binary(Op.Binary.Function.LESS));
  }

  /** Small and large arrays; a large one is not kept rounded. */
  @ParameterizedTest
  @MethodSource("jumps")
  void a_jump_of_rounded_numbers(Op jump) {
    for (int count : new int[] {1, 4096, 4097, 5000}) {
      for (float factor : new float[] {0.7f, 0.1f}) {
        assertAsAtRunTime(chain(jump, count, factor));
      }
    }
  }

  /** Of many products one small number is left, which jumps. */
  @ParameterizedTest
  @MethodSource("jumps")
  void a_jump_of_one_of_many_rounded_numbers(Op jump) {
    Graph.Builder graph = products(5000, 0.7f);
    graph.initializer("first", Tensor.ofLongs(new long[] {17}, 1));
    graph.node(new Op.Gather(0), List.of("product", "first"), "small");
    assertAsAtRunTime(jumped(graph, jump, "small", 1));
  }

  private static Graph chain(Op jump, int count, float factor) {
    return jumped(products(count, factor), jump, "product", count);
  }

  private static Graph.Builder products(int count, float factor) {
    float[] factors = new float[count];
    Arrays.fill(factors, factor);
    Graph.Builder graph = new Graph.Builder("jump");
    graph.initializer("ten", Tensor.ofFloats(new float[] {10}));
    graph.initializer("factors", Tensor.ofFloats(factors, count));
    graph.node(MUL, List.of("ten", "factors"), "product");
    return graph;
  }

  /** {@code y = x * jump(product)}, so that the result is no output itself. */
  private static Graph jumped(Graph.Builder graph, Op jump, String product, int count) {
    boolean two = jump instanceof Op.Binary;
    graph.initializer("limit", Tensor.ofFloats(new float[] {7}));
    graph.node(jump, two ? List.of(product, "limit") : List.of(product), "jumped");
    graph.node(new Op.Cast(ElementType.FLOAT), List.of("jumped"), "number");
    graph.input(Value.of("x", ElementType.FLOAT, Shape.of(count)));
    graph.node(MUL, List.of("x", "number"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    return graph.build();
  }

  private static void assertAsAtRunTime(Graph graph) {
    int count = (int) ((Dim.Known) graph.inputs().get(0).shape().orElseThrow().dim(0)).size();
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    Map<String, NdArray> inputs =
        Map.of("x", new NdArray(ElementType.FLOAT, new int[] {count}, ones));
    Graph folded = Folder.fold(graph).graph();
    double[] wanted = new Interpreter(graph, Rounding.STORED).run(inputs).get("y").data();
    double[] found = new Interpreter(folded, Rounding.STORED).run(inputs).get("y").data();
    assertThat(found).as("%d of %s", count, graph.nodes().get(1)).isEqualTo(wanted);
  }

  /** The product is rounded once, at the end, and not where it is only passed on. */
  @ParameterizedTest
  @CsvSource({"1", "4096", "4097"})
  void without_a_jump_a_chain_is_not_rounded_between(int count) {
    Graph.Builder graph = products(count, 0.7f);
    graph.initializer("seven", Tensor.ofFloats(new float[] {-7}));
    graph.node(new Op.Binary(Op.Binary.Function.ADD), List.of("product", "seven"), "rest");
    graph.input(Value.of("x", ElementType.FLOAT, Shape.of(count)));
    graph.node(MUL, List.of("x", "rest"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Graph folded = Folder.fold(graph.build()).graph();
    assertThat(folded.nodes()).hasSize(1);
    assertThat(folded.constant("rest").orElseThrow().doubleAt(count - 1))
        .isEqualTo((float) (10 * (double) 0.7f - 7))
        .isNotZero();
  }
}
