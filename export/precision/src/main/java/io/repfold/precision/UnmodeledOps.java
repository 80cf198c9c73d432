package io.repfold.precision;

import io.repfold.graph.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which ops that are not modeled mean the same in two opsets from 9 to 22, by ONNX's list of
 * changes (docs/Changelog.md). What only takes more types, or an attribute more whose default is
 * what was done before, has not changed.
 */
final class UnmodeledOps {
  /** Those that came with opset 9 or earlier, or later, and never changed since. */
  private static final Set<String> UNCHANGED =
      Set.of(
          """
            Acos Acosh Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor
            CastLike Cos Cosh IsInf IsNaN Mod Round Shrink Sign Sin Sinh Tan
            Xor
            DeformConv Det Einsum GRU GlobalLpPool GlobalMaxPool LRN LSTM
            LayerNormalization LpPool MaxRoiPool MeanVarianceNormalization RNN
            STFT
            AffineGrid ArgMax ArgMin BlackmanWindow CenterCropPad Col2Im Compress EyeLike
            GatherElements GatherND HammingWindow HannWindow MelWeightMatrix NonMaxSuppression
            NonZero OneHot ReverseSequence ScatterElements ScatterND SpaceToDepth Trilu Unique
            ConcatFromSequence Optional OptionalGetElement OptionalHasElement SequenceAt
            SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength
            SplitToSequence
            Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike
            """
              .strip()
              .split("\\s+"));

  private static final Set<String> WITH_BODY = Set.of("If", "Loop", "Scan", "SequenceMap");

  /** Those whose axes are an attribute up to opset 17 and an input from 18 on. */
  private static final Set<String> REDUCTIONS =
      Set.of("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare");

  /** In which opset others came to mean something else, once. */
  private static final Map<String, Integer> CHANGED = new HashMap<>();

  static {
    CHANGED.put("TopK", 10);
    CHANGED.put("RoiAlign", 16);
    REDUCTIONS.forEach(type -> CHANGED.put(type, 18));
    List.of("DFT", "GridSample").forEach(type -> CHANGED.put(type, 20));
    CHANGED.put("GroupNormalization", 21);
  }

  private UnmodeledOps() {}

  /** Whether it sums up or multiplies along axes, of which opset 18 made an input. */
  static boolean isReduction(Op.Opaque op) {
    return op.domain().isEmpty() && REDUCTIONS.contains(op.type());
  }

  /** Why an op may mean something else in another opset; empty if it means the same. */
  static Optional<String> change(Op.Opaque op, int from, int to) {
    if (!op.domain().isEmpty()) {
      return Optional.empty();
    }
    if (WITH_BODY.contains(op.type())) {
      return Optional.of("the ops in its body may mean something else there");
    }
    if (UNCHANGED.contains(op.type())) {
      return Optional.empty();
    }
    Integer changed = CHANGED.get(op.type());
    if (changed == null) {
      return Optional.of("repfold does not know what changed in it");
    }
    return from < changed && changed <= to
        ? Optional.of("it changed in opset " + changed)
        : Optional.empty();
  }
}
