package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same at every run is computed beforehand. */
class ConstantFoldingTest {
  private final GraphBuilder b =
      new GraphBuilder("net", WeightSource.random(1), ElementType.DOUBLE);
  private final String x = b.input("x", 2, 4, 5, 4);

  private String constant(double... values) {
    return b.constant(Tensor.ofDoubles(ElementType.DOUBLE, values, values.length));
  }

  private String longs(long... values) {
    return b.constant(Tensor.ofLongs(values, values.length));
  }

  private String op(Op op, String... inputs) {
    return b.op("op", op, List.of(inputs), 4);
  }

  private static Op binary(Op.Binary.Function function) {
    return new Op.Binary(function);
  }

  @Test
  void an_adaptive_pooling_of_a_known_size_is_two_products() {
    b.output(b.adaptiveAveragePool(x, 3));
    Verified.fold(b).becomes("MatMul", "MatMul");
  }

  @Test
  void a_computed_weight_lets_the_norm_fold() {
    String half = constant(0.5);
    String stored = b.parameter("w", WeightSource.Role.KERNEL, 4, 4, 3, 3);
    String weight = op(binary(Op.Binary.Function.MUL), stored, half);
    Op conv = new Op.Conv(Kernel.of(3).window(), 1);
    b.output(b.batchNorm(op(conv, x, weight)));
    Verified.fold(b).becomes("Conv");
  }

  @Test
  void a_chain_is_rounded_once() {
    Tensor one = Tensor.ofFloats(new float[] {1}, 1);
    Tensor tiny = Tensor.ofFloats(new float[] {0x1p-25f}, 1);
    GraphBuilder single = new GraphBuilder("net", WeightSource.random(1));
    String image = single.input("x", 1, 1, 2, 2);
    String sum = single.constant(one);
    for (int i = 0; i < 3; i++) {
      sum =
          single.op("add", binary(Op.Binary.Function.ADD), List.of(sum, single.constant(tiny)), 0);
    }
    single.output(single.op("pow", binary(Op.Binary.Function.POW), List.of(image, sum), 1));
    Graph folded = Folder.fold(single.build()).graph();
    assertThat(folded.nodes()).hasSize(1);
    Tensor exponent = folded.constant(folded.nodes().get(0).input(1)).orElseThrow();
    assertThat(exponent.doubleAt(0)).isEqualTo(1 + 0x1p-23);
  }

  @Test
  void a_known_shape_is_a_constant() {
    String size = op(new Op.ShapeOf(1, Optional.of(3)), x);
    String shape = op(new Op.Concat(0), longs(2), size, longs(-1));
    b.output(b.relu(op(new Op.Reshape(false), b.relu(x), shape)));
    Verified.fold(b).becomes("Relu", "Relu");
  }

  @Test
  void an_unknown_shape_is_not() {
    String y =
        b.input(
            "y",
            new io.repfold.graph.Shape(
                List.of(new io.repfold.graph.Dim.Symbol("N"), io.repfold.graph.Dim.of(4))));
    b.output(op(new Op.ShapeOf(0, Optional.empty()), y), ElementType.INT64);
    assertThat(Folder.fold(b.build()).graph().nodes()).hasSize(1);
  }

  @Test
  void an_output_that_is_constant_stays_an_output() {
    b.output(op(binary(Op.Binary.Function.ADD), constant(1), constant(2)));
    b.output(b.relu(x));
    Verified.fold(b).becomes("Add", "Relu");
  }

  @Test
  void what_is_much_larger_than_its_origin_stays_computed() {
    String large = op(new Op.Expand(), constant(1), longs(1500, 1500));
    b.output(op(new Op.Reduce(Op.Reduce.Function.SUM, Optional.empty(), false, false), large));
    b.output(b.relu(x));
    assertThat(Folder.fold(b.build()).graph().nodes()).anyMatch(n -> n.op() instanceof Op.Expand);
  }

  /** Beyond 2^53 a double does not tell whole numbers apart. */
  @ParameterizedTest
  @ValueSource(longs = {(1L << 53) + 1, (1L << 62) + 1, -(1L << 60) - 3})
  void large_integers_are_not_changed(long number) {
    String moved = op(new Op.Concat(0), longs(number), longs(7));
    Op clip = new Op.Opaque("custom", "Lookup", java.util.Map.of(), List.of());
    b.output(op(clip, x, moved));
    Graph folded = Folder.fold(b.build()).graph();
    String read = folded.nodes().get(folded.nodes().size() - 1).input(1);
    folded.constant(read).ifPresent(t -> assertThat(t.toLongs()).containsExactly(number, 7));
  }

  @Test
  void the_largest_integer_means_the_end_of_an_axis_and_is_folded() {
    String ends = op(new Op.Concat(0), longs(Long.MAX_VALUE), longs(3));
    String crop = op(new Op.Slice(Optional.empty()), x, longs(1, 0), ends, longs(2, 3));
    b.output(b.conv(crop, 4, Kernel.of(1), 1));
    assertThat(Verified.fold(b).types()).doesNotContain("Concat");
  }
}
