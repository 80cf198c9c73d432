package io.repfold.graph;

import java.util.SplittableRandom;
import java.util.function.Function;

/** Every kind of node that a random graph may hold. */
@SuppressWarnings("ImmutableEnumChecker") // The lambdas have no state.
enum NodeKind {
  CONV(d -> new RandomWindows(d).conv()),
  CONV_TRANSPOSE(d -> new RandomWindows(d).convTranspose()),
  MAX_POOL(d -> new RandomWindows(d).maxPool()),
  AVERAGE_POOL(d -> new RandomWindows(d).averagePool()),
  GLOBAL_AVERAGE_POOL(d -> new RandomWindows(d).globalAveragePool()),
  MAX_UNPOOL(d -> new RandomWindows(d).maxUnpool()),
  CONCAT(d -> new RandomMoves(d).concat()),
  PAD(d -> new RandomMoves(d).pad()),
  FLATTEN(d -> new RandomMoves(d).flatten()),
  RESHAPE(d -> new RandomMoves(d).reshape()),
  TRANSPOSE(d -> new RandomMoves(d).transpose()),
  SLICE(d -> new RandomMoves(d).slice()),
  SQUEEZE(d -> new RandomMoves(d).squeeze()),
  UNSQUEEZE(d -> new RandomMoves(d).unsqueeze()),
  EXPAND(d -> new RandomMoves(d).expand()),
  TILE(d -> new RandomMoves(d).tile()),
  SPLIT(d -> new RandomMoves(d).split()),
  GATHER(d -> new RandomMoves(d).gather()),
  SCATTER_ND(d -> new RandomMoves(d).scatterNd()),
  DEPTH_TO_SPACE(d -> new RandomMoves(d).depthToSpace()),
  SPACE_TO_DEPTH(d -> new RandomMoves(d).spaceToDepth()),
  UNARY(d -> new RandomMath(d).unary()),
  WITH_ATTRIBUTES(d -> new RandomMath(d).withAttributes()),
  CLIP(d -> new RandomMath(d).clip()),
  SOFTMAX(d -> new RandomMath(d).softmax()),
  BINARY(d -> new RandomMath(d).binary()),
  VARIADIC(d -> new RandomMath(d).variadic()),
  P_RELU(d -> new RandomMath(d).pRelu()),
  WHERE(d -> new RandomMath(d).where()),
  BATCH_NORMALIZATION(d -> new RandomMath(d).batchNorm()),
  REDUCE(d -> new RandomMath(d).reduce()),
  ARG_MAX(d -> new RandomMath(d).argMax()),
  MAT_MUL(d -> new RandomMath(d).matMul()),
  GEMM(d -> new RandomMath(d).gemm()),
  RESIZE(d -> new RandomMath(d).resize()),
  CONSTANT_OF_SHAPE(d -> new RandomMath(d).constantOfShape()),
  RANGE(d -> new RandomMath(d).range()),
  QUANTIZE_LINEAR(d -> new RandomMath(d).quantize()),
  DEQUANTIZE_LINEAR(d -> new RandomMath(d).dequantize()),
  LAYER_NORMALIZATION(d -> new RandomMath(d).layerNorm()),
  CHANNEL_NORMALIZATION(d -> new RandomMath(d).channelNorm()),
  TOP_K(d -> new RandomMath(d).topK()),
  CUM_SUM(d -> new RandomMath(d).cumSum()),
  EINSUM(d -> new RandomMath(d).einsum());

  private final Function<Draw, RandomNode> generator;

  NodeKind(Function<Draw, RandomNode> generator) {
    this.generator = generator;
  }

  /** The same node for the same seed; rarely one whose last input is missing. */
  RandomNode draw(long seed) {
    Draw draw = new Draw(new SplittableRandom(seed));
    RandomNode node = generator.apply(draw);
    if (draw.rarely() && !node.inputs().isEmpty()) {
      int last = node.inputs().size() - 1;
      node.inputs().remove(last);
      node.parameters().remove(last);
    }
    return node;
  }
}
