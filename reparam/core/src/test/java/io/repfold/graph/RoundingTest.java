package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RoundingTest {
  private static final Rounding HALF_SUMS = Rounding.STORED.withSums(ElementType.FLOAT16);
  private static final int MANY = 4096;

  /** A sum of many ones, each op on its own shape of input. */
  record Sum(Op op, long[] input, long[] weight, double perOne) {
    @Override
    public String toString() {
      return op.type();
    }
  }

  private static NdArray run(Rounding rounding, ElementType type, Op op, double... values) {
    long[] dims = {values.length};
    Graph graph =
        new Graph.Builder("one")
            .input(Value.of("x", type, Shape.of(dims)))
            .node(op, List.of("x"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    return new Interpreter(graph, rounding)
        .run(Map.of("x", NdArray.of(values, values.length)))
        .get("y");
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, 65519, 65504",
    "FLOAT16, 65520, Infinity",
    "FLOAT16, -1e6, -Infinity",
    "FLOAT16, 2049, 2048",
    "FLOAT16, 2051, 2052",
    "FLOAT16, 1e-8, 0",
    "BFLOAT16, 65520, 65536",
    "BFLOAT16, 257, 256",
    "FLOAT, 16777217, 16777216",
    "FLOAT, 1e39, Infinity",
    "DOUBLE, 16777217, 16777217",
    "INT32, 16777217, 16777217"
  })
  void a_value_is_stored_in_its_type(ElementType type, double value, double stored) {
    Op cast = new Op.Cast(type);

    assertThat(run(Rounding.STORED, ElementType.DOUBLE, cast, value).data())
        .containsExactly(stored);
    assertThat(run(Rounding.NONE, ElementType.DOUBLE, cast, value).data()).containsExactly(value);
  }

  @Test
  void half_values_may_be_rounded_while_float32_ones_stay_exact() {
    Op narrow = new Op.Cast(ElementType.FLOAT16);
    Op widen = new Op.Cast(ElementType.FLOAT);
    double third = 1 / 3.0;

    assertThat(run(Rounding.HALF, ElementType.FLOAT, narrow, 1e6, third).data())
        .containsExactly(Double.POSITIVE_INFINITY, 0.333251953125);
    assertThat(run(Rounding.HALF, ElementType.DOUBLE, widen, 1e6, third).data())
        .containsExactly(1e6, third);
    assertThatThrownBy(() -> new Rounding(Set.of(ElementType.DOUBLE), ElementType.DOUBLE))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("DOUBLE");
  }

  @Test
  void inputs_are_stored_too() {
    Op widen = new Op.Cast(ElementType.FLOAT);

    assertThat(run(Rounding.STORED, ElementType.FLOAT16, widen, 70000, 0.1).data())
        .containsExactly(Double.POSITIVE_INFINITY, 0.0999755859375);
  }

  @Test
  void a_product_overflows_between_two_nodes_and_not_within_one() {
    Graph graph =
        new Graph.Builder("chain")
            .input(Value.of("x", ElementType.FLOAT16, Shape.of(1)))
            .initializer("large", Tensor.ofDoubles(ElementType.FLOAT16, new double[] {300}, 1))
            .initializer("small", Tensor.ofDoubles(ElementType.FLOAT16, new double[] {0.25}, 1))
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "large"), "a")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("a", "small"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    Map<String, NdArray> inputs = Map.of("x", NdArray.of(new double[] {400}, 1));

    assertThat(new Interpreter(graph).run(inputs).get("y").data()).containsExactly(30000);
    assertThat(new Interpreter(graph, Rounding.STORED).run(inputs).get("y").data())
        .containsExactly(Double.POSITIVE_INFINITY);
  }

  static List<Sum> sums() {
    var all = Optional.of(List.of(1));
    return List.of(
        new Sum(new Op.Conv(Window.DEFAULT, 1), at(1, MANY, 1, 1), at(1, MANY, 1, 1), 1),
        new Sum(
            new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of()),
            at(1, MANY, 1, 1),
            at(MANY, 1, 1, 1),
            1),
        new Sum(new Op.MatMul(), at(1, MANY), at(MANY, 1), 1),
        new Sum(new Op.Gemm(1, 1, false, false), at(1, MANY), at(MANY, 1), 1),
        new Sum(
            new Op.Reduce(Op.Reduce.Function.SUM, all, true, false), at(1, MANY), new long[0], 1),
        new Sum(
            new Op.Reduce(Op.Reduce.Function.MEAN, all, true, false),
            at(1, MANY),
            new long[0],
            1.0 / MANY),
        new Sum(new Op.GlobalAveragePool(), at(1, 1, 64, 64), new long[0], 1.0 / MANY),
        new Sum(
            new Op.AveragePool(List.of(64, 64), Window.DEFAULT, false, false),
            at(1, 1, 64, 64),
            new long[0],
            1.0 / MANY));
  }

  private static long[] at(long... dims) {
    return dims;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sums")
  void a_sum_in_float16_stops_where_one_more_is_less_than_a_digit(Sum sum) {
    assertThat(sumOfOnes(sum, Rounding.STORED)).isEqualTo(MANY * sum.perOne());
    assertThat(sumOfOnes(sum, Rounding.STORED.withSums(ElementType.FLOAT)))
        .isEqualTo(MANY * sum.perOne());
    assertThat(sumOfOnes(sum, HALF_SUMS)).isEqualTo(2048 * sum.perOne());
  }

  private static double sumOfOnes(Sum sum, Rounding rounding) {
    Graph.Builder graph =
        new Graph.Builder("sum").input(Value.of("x", ElementType.FLOAT16, Shape.of(sum.input())));
    boolean weighted = sum.weight().length > 0;
    if (weighted) {
      graph.initializer("w", Tensor.ofDoubles(ElementType.FLOAT16, ones(MANY), sum.weight()));
    }
    graph
        .node(sum.op(), weighted ? List.of("x", "w") : List.of("x"), "y")
        .output(new Value("y", Optional.empty(), Optional.empty()));
    int[] dims = Arrays.stream(sum.input()).mapToInt(Math::toIntExact).toArray();
    NdArray y =
        new Interpreter(graph.build(), rounding)
            .run(Map.of("x", NdArray.of(ones(MANY), dims)))
            .get("y");
    return y.data()[0];
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void softmax_sums_as_asked() {
    Op softmax = new Op.Softmax(0, false);

    double[] exact = run(Rounding.STORED, ElementType.FLOAT16, softmax, new double[MANY]).data();
    double[] rounded = run(HALF_SUMS, ElementType.FLOAT16, softmax, new double[MANY]).data();

    assertThat(exact[0]).isEqualTo(1.0 / MANY);
    assertThat(rounded[0]).isEqualTo(1.0 / 2048);
  }

  @Test
  void sums_of_doubles_are_exact_in_any_case() {
    Op sum = new Op.Reduce(Op.Reduce.Function.SUM, Optional.empty(), true, false);

    assertThat(run(HALF_SUMS, ElementType.DOUBLE, sum, 1e6, 1e-3).data())
        .containsExactly(1e6 + 1e-3);
  }

  @Test
  void sums_are_not_rounded_to_integers() {
    assertThatThrownBy(() -> Rounding.STORED.withSums(ElementType.INT32))
        .hasMessage("Sums are rounded to a real type, not to INT32");
  }
}
