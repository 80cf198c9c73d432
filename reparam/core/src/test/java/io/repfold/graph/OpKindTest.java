package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The kinds that others ask for hold the ops that they were written for, and not their neighbors.
 */
class OpKindTest {
  private static final Op CONV = new Op.Conv(Window.DEFAULT, 1);
  private static final Op SLICE = new Op.Slice(Optional.empty());

  private static void all(OpKind kind, Op... ops) {
    assertThat(List.of(ops))
        .allSatisfy(op -> assertThat(OpKind.of(op)).as("%s", op).isEqualTo(kind));
  }

  @Test
  void layers_contract() {
    all(
        OpKind.CONTRACTS,
        CONV,
        new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of()),
        new Op.MatMul(),
        new Op.Einsum("ij,jk"),
        new Op.Gemm(1, 1, false, false));
    assertThat(OpKind.CONTRACTS.includes(new Op.GlobalAveragePool())).isFalse();
  }

  @Test
  void what_keeps_its_elements_in_order_reshapes_and_what_does_not_moves() {
    all(
        OpKind.RESHAPES,
        new Op.Reshape(false),
        new Op.Flatten(1),
        new Op.Squeeze(Optional.empty()),
        new Op.Unsqueeze(Optional.empty()));
    all(
        OpKind.MOVES,
        new Op.Transpose(List.of()),
        SLICE,
        new Op.Expand(),
        new Op.Tile(),
        new Op.Split(0, Optional.empty()),
        new Op.Pad(Op.Pad.Mode.EDGE, Optional.empty(), java.util.OptionalDouble.empty()));
    all(OpKind.REARRANGES, new Op.DepthToSpace(2, true), new Op.SpaceToDepth(2));
    all(OpKind.PASSES, new Op.Identity());
    all(OpKind.JOINS, new Op.Concat(1));
  }

  @Test
  void sizes_constants_and_integers_have_kinds_of_their_own() {
    all(OpKind.MEASURES, new Op.Size(), new Op.ShapeOf(0, Optional.empty()));
    all(
        OpKind.GENERATES,
        new Op.Range(),
        new Op.Constant(Tensor.ofLongs(new long[] {1}, 1)),
        new Op.ConstantOfShape(Tensor.ofLongs(new long[] {1}, 1)));
    all(
        OpKind.QUANTIZES,
        new Op.QuantizeLinear(1, Optional.empty()),
        new Op.DequantizeLinear(1, Optional.empty()));
    all(
        OpKind.COMBINES,
        new Op.Where(),
        new Op.Binary(Op.Binary.Function.ADD),
        new Op.Variadic(Op.Variadic.Function.MAX));
    assertThat(OpKind.COMBINES.includes(new Op.PRelu())).isFalse();
  }

  @Test
  void a_normalization_is_known_by_its_kind_or_by_its_name() {
    all(
        OpKind.NORMALIZES,
        new Op.BatchNormalization(1, 1, false),
        new Op.LayerNormalization(1, 1),
        new Op.InstanceNormalization(1),
        new Op.GroupNormalization(1, 1, false),
        new Op.LpNormalization(1, 1));
    assertThat(OpKind.isNormalization(new Op.LayerNormalization(1, 1))).isTrue();
    assertThat(OpKind.isNormalization(opaque("RMSNormalization"))).isTrue();
    assertThat(OpKind.isNormalization(opaque("LRN"))).isFalse();
    assertThat(OpKind.isNormalization(new Op.Softmax(1, false))).isFalse();
  }

  private static Op opaque(String type) {
    return new Op.Opaque("", type, Map.of(), List.of());
  }
}
