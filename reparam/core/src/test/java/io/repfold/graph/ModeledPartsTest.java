package io.repfold.graph;

import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts by which a modeled op is trained compute what the interpreter computes of it. */
class ModeledPartsTest {
  private record Example(Op op, int[]... dims) {
    @Override
    public String toString() {
      return op + " of " + Arrays.deepToString(dims);
    }
  }

  private static int[] dims(int... dims) {
    return dims;
  }

  static Stream<Example> examples() {
    int[] image = {2, 6, 3, 4};
    return Stream.of(
        new Example(new Op.Gelu(false), image),
        new Example(new Op.Gelu(true), image),
        new Example(new Op.Selu(1.5f, 0.9f), image),
        new Example(new Op.Celu(0.3f), image),
        new Example(new Op.ThresholdedRelu(0.3f), image),
        new Example(new Op.LogSoftmax(1, false), image),
        new Example(new Op.LogSoftmax(-1, false), image),
        new Example(new Op.LogSoftmax(2, true), image),
        new Example(new Op.LogSoftmax(3, true), image),
        new Example(new Op.LayerNormalization(-1, 0.1f), image, dims(4), dims(4)),
        new Example(new Op.LayerNormalization(1, 0.2f), image, dims(6, 1, 4)),
        new Example(new Op.InstanceNormalization(0.1f), image, dims(6), dims(6)),
        new Example(new Op.InstanceNormalization(0.1f), dims(2, 3, 5), dims(3), dims(3)),
        new Example(new Op.GroupNormalization(3, 0.1f, true), image, dims(3), dims(3)),
        new Example(new Op.GroupNormalization(3, 0.1f, false), image, dims(6), dims(6)),
        new Example(new Op.GroupNormalization(2, 0.1f, false), dims(3, 4), dims(4), dims(4)),
        new Example(new Op.Einsum("bij,bjk->bki"), dims(2, 3, 4), dims(2, 4, 5)),
        new Example(new Op.Einsum("bij , bkj"), dims(2, 3, 4), dims(2, 5, 4)),
        new Example(new Op.Einsum("abcd,ceaf->bedf"), dims(3, 4, 2, 5), dims(2, 3, 3, 2)),
        new Example(new Op.Einsum("...ij,jk,l->...lki"), image, dims(4, 5), dims(3)),
        new Example(new Op.Einsum("a...,...b->b..."), dims(2, 3, 4), dims(3, 4, 5)),
        new Example(new Op.Einsum("ab,cd,be->ecd"), dims(2, 3), dims(4, 2), dims(3, 5)),
        new Example(new Op.Einsum("ij->j"), dims(3, 12)),
        new Example(new Op.LpNormalization(1, 1), image),
        new Example(new Op.LpNormalization(-1, 2), image));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void parts_compute_the_same(Example example) {
    SplittableRandom random = new SplittableRandom(7);
    List<@Nullable NdArray> inputs = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<@Nullable Value> known = new ArrayList<>();
    Map<String, NdArray> values = new HashMap<>();
    for (int[] dims : example.dims()) {
      double[] data = random.doubles(Layout.count(dims), -3, 4).toArray();
      NdArray array = NdArray.of(data, dims);
      String name = "x" + inputs.size();
      inputs.add(array);
      names.add(name);
      known.add(
          Value.of(name, array.type(), Shape.of(Arrays.stream(dims).asLongStream().toArray())));
      values.put(name, array);
    }
    Node node = new Node("n", example.op(), names, List.of("y"));

    Decomposition.Parts parts = (Decomposition.Parts) Decomposition.of(node, known, 17);
    for (Node part : parts.nodes()) {
      List<@Nullable NdArray> read = new ArrayList<>();
      part.inputs().forEach(name -> read.add(values.get(name)));
      values.put(part.output(), Interpreter.evaluate(part, read).get(0));
    }

    NdArray whole = Interpreter.evaluate(node, inputs).get(0);
    NdArray made = values.get("y");
    assertThat(made.dims()).isEqualTo(whole.dims());
    assertThat(made.data()).containsExactly(whole.data(), offset(1e-12));
    assertThat(Arrays.stream(whole.data()).distinct().count()).isGreaterThan(10);
  }

  @Test
  void ops_of_choices_and_sums_have_no_parts() {
    assertThat(Decomposition.isKnown(new Op.Hardmax(1, false))).isFalse();
    assertThat(Decomposition.isKnown(new Op.TopK(1, true, true))).isFalse();
    assertThat(Decomposition.isKnown(new Op.CumSum(false, false))).isFalse();
    assertThat(Decomposition.isKnown(new Op.Softmax(1, false))).isFalse();
  }

  /** ONNX 22: the norm of zeros is 0, and so is the result. */
  @Test
  void what_has_no_norm_stays_zero() {
    for (int p = 1; p <= 2; p++) {
      Op op = new Op.LpNormalization(-1, p);
      assertThat(Nodes.apply(op, NdArray.of(new double[] {0, 0, 3, -4}, 2, 2)).data())
          .containsExactly(
              p == 1 ? new double[] {0, 0, 3 / 7.0, -4 / 7.0} : new double[] {0, 0, 0.6, -0.8});
    }
  }

  @Test
  void of_equal_elements_the_first_is_chosen() {
    NdArray x = NdArray.of(new double[] {1, 3, 3, 2, 0, 0}, 2, 3);
    assertThat(Nodes.apply(new Op.Hardmax(-1, false), x).data()).containsExactly(0, 1, 0, 1, 0, 0);
    assertThat(Nodes.apply(new Op.Hardmax(0, false), x).data()).containsExactly(0, 1, 1, 1, 0, 0);
    assertThat(Nodes.apply(new Op.Hardmax(0, true), x).data()).containsExactly(0, 1, 0, 0, 0, 0);
    assertThat(places(new Op.TopK(-1, true, true), x, 2)).containsExactly(1, 2, 0, 1);
    assertThat(places(new Op.TopK(1, false, true), x, 2)).containsExactly(0, 1, 1, 2);
    assertThat(places(new Op.TopK(0, true, false), x, 1)).containsExactly(1, 0, 0);
    assertThat(places(new Op.TopK(0, true, false), x, 0)).isEmpty();
  }

  private static double[] places(Op op, NdArray x, long k) {
    List<NdArray> outputs = Nodes.applyAll(op, 2, x, longs(k));
    NdArray indices = outputs.get(1);
    assertThat(indices.type()).isEqualTo(ElementType.INT64);
    assertThat(outputs.get(0).dims()).isEqualTo(indices.dims());
    return indices.data();
  }

  @Test
  void running_sums_start_at_either_end_with_or_without_the_element() {
    NdArray x = vector(1, 2, 4);
    NdArray axis = Nodes.scalar(ElementType.INT32, -1);
    assertThat(Nodes.apply(new Op.CumSum(false, false), x, axis).data()).containsExactly(1, 3, 7);
    assertThat(Nodes.apply(new Op.CumSum(true, false), x, axis).data()).containsExactly(0, 1, 3);
    assertThat(Nodes.apply(new Op.CumSum(false, true), x, axis).data()).containsExactly(7, 6, 4);
    assertThat(Nodes.apply(new Op.CumSum(true, true), x, axis).data()).containsExactly(6, 4, 0);
  }
}
