package io.repfold.graph;

/** The kind of each op. */
final class OpKinds implements Op.Visitor<OpKind> {
  static final OpKinds INSTANCE = new OpKinds();

  private OpKinds() {}

  @Override
  public OpKind conv(Op.Conv op) {
    return OpKind.CONTRACTS;
  }

  @Override
  public OpKind convTranspose(Op.ConvTranspose op) {
    return OpKind.CONTRACTS;
  }

  @Override
  public OpKind batchNormalization(Op.BatchNormalization op) {
    return OpKind.NORMALIZES;
  }

  @Override
  public OpKind unary(Op.Unary op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind binary(Op.Binary op) {
    return OpKind.COMBINES;
  }

  @Override
  public OpKind variadic(Op.Variadic op) {
    return OpKind.COMBINES;
  }

  @Override
  public OpKind leakyRelu(Op.LeakyRelu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind elu(Op.Elu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind gelu(Op.Gelu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind selu(Op.Selu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind celu(Op.Celu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind thresholdedRelu(Op.ThresholdedRelu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind pRelu(Op.PRelu op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind hardSigmoid(Op.HardSigmoid op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind clip(Op.Clip op) {
    return OpKind.MAPS;
  }

  @Override
  public OpKind softmax(Op.Softmax op) {
    return OpKind.COMPETES;
  }

  @Override
  public OpKind logSoftmax(Op.LogSoftmax op) {
    return OpKind.COMPETES;
  }

  @Override
  public OpKind hardmax(Op.Hardmax op) {
    return OpKind.COMPETES;
  }

  @Override
  public OpKind layerNormalization(Op.LayerNormalization op) {
    return OpKind.NORMALIZES;
  }

  @Override
  public OpKind instanceNormalization(Op.InstanceNormalization op) {
    return OpKind.NORMALIZES;
  }

  @Override
  public OpKind groupNormalization(Op.GroupNormalization op) {
    return OpKind.NORMALIZES;
  }

  @Override
  public OpKind lpNormalization(Op.LpNormalization op) {
    return OpKind.NORMALIZES;
  }

  @Override
  public OpKind concat(Op.Concat op) {
    return OpKind.JOINS;
  }

  @Override
  public OpKind pad(Op.Pad op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind maxPool(Op.MaxPool op) {
    return OpKind.POOLS;
  }

  @Override
  public OpKind maxUnpool(Op.MaxUnpool op) {
    return OpKind.POOLS;
  }

  @Override
  public OpKind averagePool(Op.AveragePool op) {
    return OpKind.POOLS;
  }

  @Override
  public OpKind globalAveragePool(Op.GlobalAveragePool op) {
    return OpKind.POOLS;
  }

  @Override
  public OpKind reduce(Op.Reduce op) {
    return OpKind.REDUCES;
  }

  @Override
  public OpKind matMul(Op.MatMul op) {
    return OpKind.CONTRACTS;
  }

  @Override
  public OpKind gemm(Op.Gemm op) {
    return OpKind.CONTRACTS;
  }

  @Override
  public OpKind flatten(Op.Flatten op) {
    return OpKind.RESHAPES;
  }

  @Override
  public OpKind reshape(Op.Reshape op) {
    return OpKind.RESHAPES;
  }

  @Override
  public OpKind transpose(Op.Transpose op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind slice(Op.Slice op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind squeeze(Op.Squeeze op) {
    return OpKind.RESHAPES;
  }

  @Override
  public OpKind unsqueeze(Op.Unsqueeze op) {
    return OpKind.RESHAPES;
  }

  @Override
  public OpKind expand(Op.Expand op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind tile(Op.Tile op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind split(Op.Split op) {
    return OpKind.MOVES;
  }

  @Override
  public OpKind resize(Op.Resize op) {
    return OpKind.RESIZES;
  }

  @Override
  public OpKind depthToSpace(Op.DepthToSpace op) {
    return OpKind.REARRANGES;
  }

  @Override
  public OpKind spaceToDepth(Op.SpaceToDepth op) {
    return OpKind.REARRANGES;
  }

  @Override
  public OpKind argMax(Op.ArgMax op) {
    return OpKind.REDUCES;
  }

  @Override
  public OpKind topK(Op.TopK op) {
    return OpKind.PICKS;
  }

  @Override
  public OpKind cumSum(Op.CumSum op) {
    return OpKind.ACCUMULATES;
  }

  @Override
  public OpKind einsum(Op.Einsum op) {
    return OpKind.CONTRACTS;
  }

  @Override
  public OpKind dropout(Op.Dropout op) {
    return OpKind.DROPS;
  }

  @Override
  public OpKind identity(Op.Identity op) {
    return OpKind.PASSES;
  }

  @Override
  public OpKind cast(Op.Cast op) {
    return OpKind.CONVERTS;
  }

  @Override
  public OpKind constant(Op.Constant op) {
    return OpKind.GENERATES;
  }

  @Override
  public OpKind constantOfShape(Op.ConstantOfShape op) {
    return OpKind.GENERATES;
  }

  @Override
  public OpKind shape(Op.ShapeOf op) {
    return OpKind.MEASURES;
  }

  @Override
  public OpKind size(Op.Size op) {
    return OpKind.MEASURES;
  }

  @Override
  public OpKind gather(Op.Gather op) {
    return OpKind.PICKS;
  }

  @Override
  public OpKind where(Op.Where op) {
    return OpKind.COMBINES;
  }

  @Override
  public OpKind scatterND(Op.ScatterND op) {
    return OpKind.PICKS;
  }

  @Override
  public OpKind range(Op.Range op) {
    return OpKind.GENERATES;
  }

  @Override
  public OpKind quantizeLinear(Op.QuantizeLinear op) {
    return OpKind.QUANTIZES;
  }

  @Override
  public OpKind dequantizeLinear(Op.DequantizeLinear op) {
    return OpKind.QUANTIZES;
  }

  @Override
  public OpKind opaque(Op.Opaque op) {
    return OpKind.OPAQUE;
  }
}
