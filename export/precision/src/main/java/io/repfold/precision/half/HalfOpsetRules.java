package io.repfold.precision.half;

import io.repfold.graph.Op;

/**
 * From which opset on each op takes half types, by ONNX's list of changes (docs/Changelog.md):
 * float16 from the first, but for Celu; bfloat16 most from 13, those that look at windows of an
 * image and the rarer activations from 22. That an op itself came later is not said here.
 */
final class HalfOpsetRules implements Op.Visitor<HalfOpsetRules.Since> {
  static final HalfOpsetRules INSTANCE = new HalfOpsetRules();

  /** The first opset in which bfloat16 is more than a type of tensors. */
  static final int FIRST = 13;

  private HalfOpsetRules() {}

  /** The first opset in which an op takes each type. */
  record Since(int float16, int bfloat16) {}

  private static Since since(int bfloat16) {
    return new Since(1, bfloat16);
  }

  @Override
  public Since conv(Op.Conv op) {
    return since(22);
  }

  @Override
  public Since convTranspose(Op.ConvTranspose op) {
    return since(22);
  }

  @Override
  public Since batchNormalization(Op.BatchNormalization op) {
    return since(FIRST);
  }

  @Override
  public Since unary(Op.Unary op) {
    return since(Math.max(FIRST, op.function().bfloat16Since()));
  }

  @Override
  public Since binary(Op.Binary op) {
    return since(Math.max(FIRST, op.function().bfloat16Since()));
  }

  @Override
  public Since variadic(Op.Variadic op) {
    return since(FIRST);
  }

  @Override
  public Since leakyRelu(Op.LeakyRelu op) {
    return since(16);
  }

  @Override
  public Since elu(Op.Elu op) {
    return since(22);
  }

  @Override
  public Since gelu(Op.Gelu op) {
    return since(FIRST);
  }

  @Override
  public Since selu(Op.Selu op) {
    return since(22);
  }

  @Override
  public Since celu(Op.Celu op) {
    return new Since(28, 28);
  }

  @Override
  public Since thresholdedRelu(Op.ThresholdedRelu op) {
    return since(22);
  }

  @Override
  public Since pRelu(Op.PRelu op) {
    return since(16);
  }

  @Override
  public Since hardSigmoid(Op.HardSigmoid op) {
    return since(22);
  }

  /** A runtime without a kernel makes it of Where. */
  @Override
  public Since clip(Op.Clip op) {
    return since(16);
  }

  @Override
  public Since softmax(Op.Softmax op) {
    return since(FIRST);
  }

  @Override
  public Since logSoftmax(Op.LogSoftmax op) {
    return since(FIRST);
  }

  @Override
  public Since hardmax(Op.Hardmax op) {
    return since(FIRST);
  }

  @Override
  public Since layerNormalization(Op.LayerNormalization op) {
    return since(FIRST);
  }

  @Override
  public Since instanceNormalization(Op.InstanceNormalization op) {
    return since(FIRST);
  }

  @Override
  public Since groupNormalization(Op.GroupNormalization op) {
    return since(FIRST);
  }

  @Override
  public Since lpNormalization(Op.LpNormalization op) {
    return since(FIRST);
  }

  @Override
  public Since concat(Op.Concat op) {
    return since(FIRST);
  }

  @Override
  public Since pad(Op.Pad op) {
    return since(FIRST);
  }

  @Override
  public Since maxPool(Op.MaxPool op) {
    return since(22);
  }

  @Override
  public Since maxUnpool(Op.MaxUnpool op) {
    return since(22);
  }

  @Override
  public Since averagePool(Op.AveragePool op) {
    return since(22);
  }

  @Override
  public Since globalAveragePool(Op.GlobalAveragePool op) {
    return since(22);
  }

  @Override
  public Since reduce(Op.Reduce op) {
    return since(FIRST);
  }

  @Override
  public Since matMul(Op.MatMul op) {
    return since(FIRST);
  }

  @Override
  public Since gemm(Op.Gemm op) {
    return since(FIRST);
  }

  @Override
  public Since flatten(Op.Flatten op) {
    return since(FIRST);
  }

  @Override
  public Since reshape(Op.Reshape op) {
    return since(FIRST);
  }

  @Override
  public Since transpose(Op.Transpose op) {
    return since(FIRST);
  }

  @Override
  public Since slice(Op.Slice op) {
    return since(FIRST);
  }

  @Override
  public Since squeeze(Op.Squeeze op) {
    return since(FIRST);
  }

  @Override
  public Since unsqueeze(Op.Unsqueeze op) {
    return since(FIRST);
  }

  @Override
  public Since expand(Op.Expand op) {
    return since(FIRST);
  }

  @Override
  public Since tile(Op.Tile op) {
    return since(FIRST);
  }

  @Override
  public Since split(Op.Split op) {
    return since(FIRST);
  }

  @Override
  public Since resize(Op.Resize op) {
    return since(FIRST);
  }

  @Override
  public Since depthToSpace(Op.DepthToSpace op) {
    return since(FIRST);
  }

  @Override
  public Since spaceToDepth(Op.SpaceToDepth op) {
    return since(FIRST);
  }

  @Override
  public Since argMax(Op.ArgMax op) {
    return since(FIRST);
  }

  @Override
  public Since topK(Op.TopK op) {
    return since(24);
  }

  @Override
  public Since cumSum(Op.CumSum op) {
    return since(FIRST);
  }

  @Override
  public Since einsum(Op.Einsum op) {
    return since(28);
  }

  @Override
  public Since dropout(Op.Dropout op) {
    return since(22);
  }

  @Override
  public Since identity(Op.Identity op) {
    return since(FIRST);
  }

  @Override
  public Since cast(Op.Cast op) {
    return since(FIRST);
  }

  @Override
  public Since constant(Op.Constant op) {
    return since(FIRST);
  }

  @Override
  public Since constantOfShape(Op.ConstantOfShape op) {
    return since(20);
  }

  @Override
  public Since shape(Op.ShapeOf op) {
    return since(FIRST);
  }

  @Override
  public Since size(Op.Size op) {
    return since(FIRST);
  }

  @Override
  public Since gather(Op.Gather op) {
    return since(FIRST);
  }

  @Override
  public Since where(Op.Where op) {
    return since(16);
  }

  @Override
  public Since scatterND(Op.ScatterND op) {
    return since(FIRST);
  }

  @Override
  public Since range(Op.Range op) {
    return since(FIRST);
  }

  @Override
  public Since quantizeLinear(Op.QuantizeLinear op) {
    return since(FIRST);
  }

  @Override
  public Since dequantizeLinear(Op.DequantizeLinear op) {
    return since(FIRST);
  }

  /** Nothing is known of it, and it stays float32. */
  @Override
  public Since opaque(Op.Opaque op) {
    return since(FIRST);
  }
}
