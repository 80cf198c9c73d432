package io.repfold.train;

import io.repfold.graph.ElementType;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import java.util.Optional;

/** The layers whose outputs are the class scores, with new weights. */
final class HeadLayers {
  private final HeadContext context;
  private final WeightSource weights;

  HeadLayers(HeadContext context, WeightSource weights) {
    this.context = context;
    this.weights = weights;
  }

  /**
   * Starts a convolution or matrix product anew, or makes one that keeps the classes apart for
   * another number of them.
   *
   * @return where the classes are before a node that keeps them apart; empty behind one that makes
   *     them
   */
  Optional<ClassPlace> contract(Node node, ClassPlace place) {
    if (node.op() instanceof Op.Conv conv) {
      return conv(node, conv, place);
    }
    if (node.op() instanceof Op.ConvTranspose conv) {
      return transposed(node, conv, place);
    }
    if (node.op() instanceof Op.Gemm gemm) {
      gemm(node, gemm, place);
      return Optional.empty();
    }
    if (node.op() instanceof Op.MatMul) {
      matMul(node, place);
      return Optional.empty();
    }
    throw context.refusal(node, "it is no layer of which the classes are outputs by themselves");
  }

  /** Starts a normalization of the scores anew. */
  void normalize(Node node, ClassPlace place) {
    boolean batch = node.op() instanceof Op.BatchNormalization;
    if (place.axis() != 1 || !batch && !(node.op() instanceof Op.InstanceNormalization)) {
      throw context.refusal(node, "it normalizes across the classes");
    }
    Role[] roles = {Role.GAMMA, Role.BETA, Role.MEAN, Role.VARIANCE};
    for (int i = 0; i < (batch ? 4 : 2); i++) {
      String name = node.input(1 + i);
      Tensor old = stored(node, name);
      context.require(node, old.size() == context.before(place), name, old);
      start(node, name, old.type(), roles[i], context.after(place));
    }
  }

  private Optional<ClassPlace> conv(Node node, Op.Conv conv, ClassPlace place) {
    requireChannels(node, place);
    String name = node.input(1);
    Tensor old = stored(node, name);
    context.require(node, old.dim(0) == context.before(place), name, old);
    boolean depthwise = conv.groups() == old.dim(0) && old.dim(1) == 1 && conv.groups() > 1;
    long[] dims = old.dims();
    dims[0] = context.after(place);
    if (depthwise) {
      context.edits().replaceOp(node, new Op.Conv(conv.window(), Math.toIntExact(dims[0])));
      return keepApart(node, place, old);
    }
    requireGroups(node, conv.groups(), dims[0]);
    start(node, name, old.type(), Role.KERNEL, dims);
    bias(node, place);
    return Optional.empty();
  }

  private Optional<ClassPlace> transposed(Node node, Op.ConvTranspose conv, ClassPlace place) {
    requireChannels(node, place);
    String name = node.input(1);
    Tensor old = stored(node, name);
    int groups = conv.groups();
    context.require(node, old.dim(1) * groups == context.before(place), name, old);
    long[] dims = old.dims();
    if (groups > 1 && groups == old.dim(0) && old.dim(1) == 1) {
      context.edits().replaceOp(node, withGroups(conv, Math.toIntExact(context.after(place))));
      return keepApart(node, place, old);
    }
    if (groups > 1) {
      throw context.refusal(node, "its %d groups part the classes".formatted(groups));
    }
    if (ClassKernels.isDiagonal(old)) {
      dims[0] = context.after(place);
      dims[1] = context.after(place);
      if (dims[0] != old.dim(0)) {
        context.edits().remake(node, 1, ClassKernels.diagonal(old, dims));
      }
      remakeBias(node, place);
      return Optional.of(place.at(node.input(0)));
    }
    dims[0] = context.after(place);
    dims[1] = old.dim(0);
    Tensor swapped = weights.tensor(name, Role.KERNEL, old.type(), dims);
    context.edits().startAnew(node, name, ClassKernels.swapped(swapped));
    bias(node, place);
    return Optional.empty();
  }

  private static Op withGroups(Op.ConvTranspose conv, int groups) {
    return new Op.ConvTranspose(conv.window(), groups, conv.outputPadding(), conv.outputShape());
  }

  /** One kernel for all classes, for another number of them. */
  private Optional<ClassPlace> keepApart(Node node, ClassPlace place, Tensor old) {
    context.remakeConstant(node, 1, old, 0, place);
    remakeBias(node, place);
    return Optional.of(place.at(node.input(0)));
  }

  private void remakeBias(Node node, ClassPlace place) {
    if (!node.input(2).isEmpty()) {
      context.remakeConstant(node, 2, stored(node, node.input(2)), 0, place);
    }
  }

  private void gemm(Node node, Op.Gemm gemm, ClassPlace place) {
    requireChannels(node, place);
    String name = node.input(1);
    Tensor old = stored(node, name);
    int axis = gemm.transB() ? 0 : 1;
    context.require(node, old.dim(axis) == context.before(place), name, old);
    matrix(node, name, old, axis, place);
    bias(node, place);
  }

  private void matMul(Node node, ClassPlace place) {
    Optional<Node> transpose =
        context.graph().producer(node.input(1)).filter(n -> n.op() instanceof Op.Transpose);
    String name = transpose.map(n -> n.input(0)).orElse(node.input(1));
    Node reader = transpose.orElse(node);
    Tensor old = stored(node, name);
    int axis = transpose.isPresent() ? 0 : 1;
    if (old.rank() != 2 || place.axis() != context.rank(node, place.value()) - 1) {
      throw context.refusal(
          node, "it is no product with a matrix of which the classes are columns");
    }
    if (transpose.isPresent() && context.graph().readers(reader.output()).size() > 1) {
      throw context.refusal(node, "others read '%s' too".formatted(reader.output()));
    }
    context.require(node, old.dim(axis) == context.before(place), name, old);
    matrix(reader, name, old, axis, place);
  }

  /** Fully connected layers are drawn as {@code [classes, features]}. */
  private void matrix(Node node, String name, Tensor old, int axis, ClassPlace place) {
    long[] dims = {context.after(place), old.dim(1 - axis)};
    Tensor drawn = weights.tensor(name, Role.LINEAR, old.type(), dims);
    context.edits().startAnew(node, name, axis == 0 ? drawn : ClassKernels.swapped(drawn));
  }

  private void bias(Node node, ClassPlace place) {
    String name = node.input(2);
    if (name.isEmpty()) {
      return;
    }
    Tensor old = stored(node, name);
    long[] dims = old.dims();
    int last = dims.length - 1;
    if (last >= 0 && dims[last] == context.before(place)) {
      dims[last] = context.after(place);
    } else {
      context.require(node, old.size() == 1, name, old);
    }
    start(node, name, old.type(), Role.BIAS, dims);
  }

  private void start(Node node, String name, ElementType type, Role role, long... dims) {
    context.edits().startAnew(node, name, weights.tensor(name, role, type, dims));
  }

  private void requireChannels(Node node, ClassPlace place) {
    if (place.axis() != 1) {
      throw context.refusal(
          node, "the classes are axis %d of its result, not its channels".formatted(place.axis()));
    }
  }

  private void requireGroups(Node node, int groups, long channels) {
    if (channels % groups != 0) {
      throw context.refusal(
          node, "%d channels cannot be split into its %d groups".formatted(channels, groups));
    }
  }

  private Tensor stored(Node node, String name) {
    return context
        .graph()
        .constant(name)
        .orElseThrow(
            () ->
                context.refusal(
                    node,
                    context.graph().isOverridable(name)
                        ? "'%s' is an input too, which callers may override; train.constant_weights makes a weight of it"
                            .formatted(name)
                        : "'%s' is computed and no stored weight".formatted(name)));
  }
}
