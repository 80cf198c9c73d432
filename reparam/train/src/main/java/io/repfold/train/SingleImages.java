package io.repfold.train;

import io.repfold.data.LoaderOptions;
import io.repfold.graph.Dim;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.Map;
import java.util.Optional;

/**
 * Batches of one image whose statistics a network cannot take: a batch normalization behind a mean
 * over the whole image has one value a channel there, and no variance. The last batch of an epoch
 * may be such a one, which is better said before the first.
 */
final class SingleImages {
  private static final long SIDE = 256;

  private SingleImages() {}

  /**
   * What is wrong with the batches of a network, if it is.
   *
   * @param size images of an epoch, at least 1
   */
  static Optional<String> problem(NetworkSource network, LoaderOptions options, int size) {
    int rest = size % options.batchSize();
    boolean only = options.batchSize() == 1;
    if (network.freezing().batchNorms() || !(only || (rest == 1 && !options.dropLast()))) {
      return Optional.empty();
    }
    return single(network.graph())
        .map(
            node ->
                only
                    ? "'batch_size' must be at least 2, as %s has one value a channel of a single image; or set arch.args.freeze_bn"
                        .formatted(node.describe())
                    : "%d images make a last batch of one, of which %s has one value a channel; set 'drop_last' to true, or another batch_size than %d"
                        .formatted(size, node.describe(), options.batchSize()));
  }

  private static Optional<Node> single(Graph graph) {
    long[] image = {1, 3, SIDE, SIDE};
    Graph fixed = FixedShapes.fix(graph, Map.of(graph.inputs().get(0).name(), image));
    Map<String, Value> types = ShapeInference.infer(fixed);
    return fixed.nodes().stream()
        .filter(node -> node.op() instanceof Op.BatchNormalization)
        .filter(
            node ->
                Optional.ofNullable(types.get(node.input(0)))
                    .flatMap(Value::shape)
                    .filter(SingleImages::isPoint)
                    .isPresent())
        .findFirst();
  }

  private static boolean isPoint(Shape shape) {
    return shape.rank() == 4 && shape.dim(2).equals(Dim.of(1)) && shape.dim(3).equals(Dim.of(1));
  }
}
