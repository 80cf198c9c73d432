package io.repfold.train;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Passes nodes that keep the classes apart: where the classes are before them, and what of them
 * holds the number of classes.
 */
final class HeadPassages {
  private final HeadContext context;
  private final Consumer<ClassPlace> next;

  /**
   * @param next takes the places before a node
   */
  HeadPassages(HeadContext context, Consumer<ClassPlace> next) {
    this.context = context;
    this.next = next;
  }

  /**
   * @throws RunException if it is not known to keep them apart, or cannot for another number
   */
  void pass(Node node, ClassPlace place) {
    switch (OpKind.of(node.op())) {
      case MAPS -> {
        if (node.op() instanceof Op.PRelu) {
          combine(node, place);
        } else {
          next.accept(place.at(node.input(0)));
        }
      }
      case COMPETES, PASSES, DROPS, CONVERTS -> next.accept(place.at(node.input(0)));
      case COMBINES -> combine(node, place);
      case POOLS -> pool(node, place);
      case RESIZES -> resize(node, place);
      case REDUCES -> reduce(node, place);
      case RESHAPES -> reshape(node, place);
      case MOVES -> move(node, place);
      case REARRANGES -> rearrange(node, place);
      case JOINS -> join(node, place);
      default -> throw context.unknown(node);
    }
  }

  /** Operands broadcast: each holds the classes, or one number for all of them. */
  private void combine(Node node, ClassPlace place) {
    if (node.op() instanceof Op.Where) {
      throw context.unknown(node);
    }
    int rank = context.rank(node, node.output());
    boolean sum =
        node.op().equals(new Op.Binary(Op.Binary.Function.ADD))
            || node.op().equals(new Op.Variadic(Op.Variadic.Function.SUM));
    long computed =
        node.inputs().stream().filter(i -> context.graph().constant(i).isEmpty()).count();
    if (context.before(place) == 1 && computed > 1 && !sum) {
      throw context.refusal(node, "which of its operands is the one score cannot be told");
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      String operand = node.input(i);
      int axis = place.axis() - rank + context.rank(node, operand);
      Optional<Tensor> constant = context.graph().constant(operand);
      if (axis < 0) {
        continue;
      }
      if (constant.isPresent()) {
        operand(node, i, constant.get(), place.at(operand, axis), sum);
      } else if (context.before(place) == 1
          || !context.size(operand, axis).equals(Optional.of(1L))) {
        next.accept(place.at(operand, axis));
      }
    }
  }

  private void operand(Node node, int input, Tensor constant, ClassPlace place, boolean sum) {
    boolean bias = sum && context.graph().initializers().containsKey(place.value());
    if (bias && constant.dim(place.axis()) == context.before(place)) {
      long[] dims = constant.dims();
      dims[place.axis()] = context.after(place);
      double[] zeros = new double[Math.toIntExact(Tensor.count(dims))];
      context
          .edits()
          .startAnew(node, place.value(), Tensor.ofDoubles(constant.type(), zeros, dims));
    } else if (constant.dim(place.axis()) != 1) {
      context.remakeConstant(node, input, constant, place.axis(), place);
    }
  }

  private void pool(Node node, ClassPlace place) {
    if (place.axis() != 1 || node.op() instanceof Op.MaxUnpool) {
      throw context.unknown(node);
    }
    next.accept(place.at(node.input(0)));
  }

  /** Sizes of a Resize name the channels too. */
  private void resize(Node node, ClassPlace place) {
    Op.Resize resize = (Op.Resize) node.op();
    Optional<Tensor> sizes =
        resize.legacyInputs() ? Optional.empty() : context.graph().constant(node.input(3));
    int entry = resize.axes().isEmpty() ? place.axis() : resize.axes().indexOf(place.axis());
    if (sizes.isPresent() && entry >= 0 && entry < sizes.get().size()) {
      context.remakeSize(node, 3, sizes.get(), entry, place);
    }
    next.accept(place.at(node.input(0)));
  }

  private void reduce(Node node, ClassPlace place) {
    Op.Reduce reduce = (Op.Reduce) node.op();
    int rank = context.rank(node, node.input(0));
    Optional<List<Integer>> axes =
        reduce
            .axes()
            .or(
                () ->
                    context
                        .graph()
                        .constant(node.input(1))
                        .map(t -> Arrays.stream(t.toLongs()).mapToObj(a -> (int) a).toList()))
            .map(found -> found.stream().map(a -> a < 0 ? a + rank : a).toList());
    if (axes.isEmpty()) {
      throw context.unknown(node);
    }
    int axis = place.axis();
    for (int i = 0; !reduce.keepsDims() && i <= axis; i++) {
      axis += axes.get().contains(i) ? 1 : 0;
    }
    if (axes.get().contains(axis)) {
      throw context.refusal(node, "it makes one number of all classes");
    }
    next.accept(place.at(node.input(0), axis));
  }

  private void reshape(Node node, ClassPlace place) {
    String input = node.input(0);
    ClassPlace before =
        ReshapedClasses.before(
                input, context.known(node, input), context.known(node, node.output()), place)
            .orElseThrow(() -> context.refusal(node, "it mixes the classes with other axes"));
    Optional<Tensor> sizes =
        node.op() instanceof Op.Reshape
            ? context.graph().constant(node.input(1))
            : Optional.empty();
    if (sizes.filter(s -> s.toLongs()[place.axis()] > 0).isPresent()) {
      context.remakeSize(node, 1, sizes.get(), place.axis(), place);
    }
    next.accept(before);
  }

  private void move(Node node, ClassPlace place) {
    String input = node.input(0);
    if (node.op() instanceof Op.Transpose transpose) {
      List<Integer> permutation = transpose.permutation();
      int axis =
          permutation.isEmpty()
              ? context.rank(node, input) - 1 - place.axis()
              : permutation.get(place.axis());
      next.accept(place.at(input, axis));
    } else if (node.op() instanceof Op.Pad || node.op() instanceof Op.Slice) {
      next.accept(place.at(input));
    } else {
      throw context.unknown(node);
    }
  }

  private void rearrange(Node node, ClassPlace place) {
    if (!(node.op() instanceof Op.DepthToSpace depth) || place.axis() != 1) {
      throw context.unknown(node);
    }
    long square = (long) depth.blockSize() * depth.blockSize();
    next.accept(new ClassPlace(node.input(0), 1, place.perClass() * square));
  }

  private void join(Node node, ClassPlace place) {
    int rank = context.rank(node, node.output());
    int axis = node.op() instanceof Op.Concat concat ? concat.axis() : place.axis();
    if ((axis < 0 ? axis + rank : axis) == place.axis()) {
      throw context.refusal(node, "it puts the scores of some classes beside those of others");
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      Optional<Tensor> constant = context.graph().constant(node.input(i));
      if (constant.isPresent()) {
        context.remakeConstant(node, i, constant.get(), place.axis(), place);
      } else {
        next.accept(place.at(node.input(i)));
      }
    }
  }
}
