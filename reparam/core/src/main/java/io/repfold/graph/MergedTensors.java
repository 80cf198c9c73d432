package io.repfold.graph;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whether whoever wrote a graph has stored equal tensors once.
 *
 * <p>Freshly initialized networks are full of equal zeros and ones, so a graph that holds two of a
 * kind was written as it was. PyTorch's exporters do so for training ({@code
 * TrainingMode.TRAINING}, {@code optimize=False}); for inference they merge, the older one by
 * Identity nodes, the newer one without.
 */
final class MergedTensors {
  /** The newer exporter leaves larger tensors alone, so that twins among them prove nothing. */
  private static final int LARGEST = 1024;

  private MergedTensors() {}

  /** Type, size and number of a tensor whose elements are all equal. */
  private record Kind(ElementType type, List<Long> dims, double value) {}

  /** Whether two tensors are equal, and each is one number throughout. */
  static boolean hasTwins(Graph graph) {
    Set<Kind> kinds = new HashSet<>();
    return graph.initializers().values().stream()
        .filter(MergedTensors::mayHaveTwin)
        .anyMatch(tensor -> !kinds.add(kind(tensor)));
  }

  private static boolean mayHaveTwin(Tensor tensor) {
    return tensor.type().isFloat()
        && tensor.size() > 1
        && tensor.size() <= LARGEST
        && tensor.isUniform();
  }

  private static Kind kind(Tensor tensor) {
    List<Long> dims = Arrays.stream(tensor.dims()).boxed().toList();
    return new Kind(tensor.type(), dims, tensor.doubleAt(0));
  }

  /**
   * Which tensors of a graph without twins may stand for several parameters. What only formulas
   * read, as {@code a * x + (1 - a) * y} does, may if layers show that equal tensors were merged.
   */
  static Predicate<String> of(Graph graph) {
    TensorUses uses = TensorUses.of(graph);
    Set<String> uniform =
        uses.tensors().stream()
            .filter(name -> graph.constant(name).orElseThrow().isUniform())
            .collect(Collectors.toSet());
    boolean shown = uniform.stream().anyMatch(uses::isReadByDifferentLayers);
    return name ->
        uniform.contains(name)
            && (shown || uses.of(name).stream().anyMatch(TensorUses.Use::isOfLayer));
  }
}
