package io.repfold.fold;

import io.repfold.fold.Linearity.Linear;
import io.repfold.fold.Linearity.NotLinear;
import io.repfold.fold.Linearity.Operand;
import io.repfold.fold.Linearity.Refused;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The affine maps of products by a constant matrix: MatMul on either side, and Gemm. */
final class MatrixOps {
  private final Facts facts;
  private final Graph graph;

  MatrixOps(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
  }

  Linearity matMul(Node node) {
    if (!facts.broadcasts()) {
      return new NotLinear();
    }
    Optional<Tensor> left = graph.constant(node.input(0));
    Optional<Tensor> right = graph.constant(node.input(1));
    if (left.isPresent() == right.isPresent()) {
      return new NotLinear();
    }
    Tensor matrix = left.or(() -> right).orElseThrow();
    if (!isMatrix(matrix)) {
      return new NotLinear();
    }
    if (right.isPresent()) {
      MatrixWeights weights = MatrixWeights.of(matrix, facts.exact().reader(matrix), true, 0);
      return product(node.input(0), weights, noBias(weights), Carrier.MATMUL, ChannelAxis.LAST);
    }
    // A vector on the right would lose its axis.
    Optional<Shape> shape = facts.shape(node.input(1)).filter(s -> s.rank() >= 2);
    if (shape.isEmpty()) {
      return new NotLinear();
    }
    int rank = shape.get().rank();
    ChannelAxis axis = ChannelAxis.SECOND_LAST.in(rank);
    MatrixWeights weights =
        MatrixWeights.of(matrix, facts.exact().reader(matrix), false, axis.spatialRank(rank));
    return product(node.input(1), weights, noBias(weights), Carrier.LEFT_MATMUL, axis);
  }

  /** {@code y = alpha x B + beta C}. */
  Linearity gemm(Node node, Op.Gemm gemm) {
    if (!facts.broadcasts()) {
      return new NotLinear();
    }
    Optional<Tensor> matrix = graph.constant(node.input(1));
    if (matrix.isEmpty()) {
      return new Refused(facts.notConstant(node.input(1)));
    }
    if (gemm.transA() || !isMatrix(matrix.get())) {
      return new NotLinear();
    }
    MatrixWeights weights =
        MatrixWeights.of(matrix.get(), facts.exact().reader(matrix.get()), !gemm.transB(), 0);
    double[] bias = noBias(weights);
    if (!node.input(2).isEmpty()) {
      Optional<Tensor> constant = graph.constant(node.input(2));
      if (constant.isEmpty()) {
        return new Refused(facts.notConstant(node.input(2)));
      }
      Tensor c = constant.get();
      boolean row = c.rank() <= 1 || c.rank() == 2 && c.dim(0) == 1;
      if (!row || c.size() != 1 && c.size() != bias.length) {
        return new Refused("its C %s is not one number a column".formatted(c.describe()));
      }
      double[] given = facts.exact().of(c);
      Arrays.setAll(bias, i -> gemm.beta() * given[given.length == 1 ? 0 : i]);
    }
    double[] alpha = new double[bias.length];
    Arrays.fill(alpha, gemm.alpha());
    Weights scaled =
        gemm.alpha() == 1 ? weights : new ScaledWeights(weights, alpha, weights.taps());
    return product(node.input(0), scaled, bias, Carrier.GEMM, ChannelAxis.LAST);
  }

  private static boolean isMatrix(Tensor tensor) {
    return tensor.rank() == 2 && tensor.type().isFloat() && tensor.size() > 0;
  }

  private static double[] noBias(Weights weights) {
    return new double[weights.out()];
  }

  private static Linear product(
      String value, Weights weights, double[] bias, Carrier carrier, ChannelAxis axis) {
    int rank = weights.taps().rank();
    int[] stride = new int[rank];
    Arrays.fill(stride, 1);
    Affine map = new Affine(weights, bias, stride, new int[rank]);
    return new Linear(List.of(new Operand(value, map)), carrier, axis);
  }
}
