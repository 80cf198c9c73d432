package io.repfold.fold;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A Rep block that computes what a convolution computes.
 *
 * <p>The block's branches B_i start from the weight source, and its own k x k, W0, takes the
 * remainder:
 *
 * <pre>
 *   W0 = (W - sum of B_i's weights) / t    t = gamma / sqrt(var + eps)
 *   beta = b - sum of B_i's biases + mean t
 * </pre>
 *
 * Where a normalization follows the sum, both remainders are divided by its factor. The sum is that
 * of the rounded branches, and t that of the rounded normalization, so that nothing but the
 * rounding of W0 and beta is lost.
 */
final class ExpandedBlock {
  /** What folding a block may lose, relative to the largest weight or bias. */
  private static final double LARGEST_ERROR = 1e-5;

  private final Candidate.Site site;
  private final String input;
  private final MatrixProduct product;
  private final BranchStatistics statistics;
  private final Node conv;
  private final Node norm;
  private final Map<String, Tensor> parameters;
  private Graph graph;

  private ExpandedBlock(Candidate.Site site, Graph start, ExpandOptions options) {
    this.site = site;
    this.graph = start;
    this.product = options.product();
    this.input = start.inputs().get(0).name();
    this.parameters = new LinkedHashMap<>(start.initializers());
    // The block's own kernel is the first branch of every kind.
    this.conv = start.nodes().get(0);
    this.norm = start.nodes().get(1);
    this.statistics = new BranchStatistics(start, norm);
  }

  /** A block, or why it would not be one convolution of the same function. */
  sealed interface Result {
    /**
     * @param graph from one input to one output
     * @param error of the block, folded again, relative to the largest weight or bias
     */
    record Made(Graph graph, double error) implements Result {}

    record Failed(String because) implements Result {}
  }

  /**
   * @param scope for the names of the block's values
   */
  static Result of(Candidate.Site site, String scope, ExpandOptions options) {
    RepSpec spec = site.spec(options.kind());
    GraphBuilder b = new GraphBuilder(scope, options.weights(), site.type());
    Shape images =
        new Shape(
            List.of(
                new Dim.Symbol("N"), Dim.of(site.in()), new Dim.Symbol("H"), new Dim.Symbol("W")));
    String x = b.input(site.node().input(0), images);
    b.output(RepBlocks.append(b.scope(scope), x, spec));
    return new ExpandedBlock(site, b.build(), options).fit(options.scale());
  }

  private Result fit(double scale) {
    DenseKernel wanted = DenseKernel.of(site.map(), product);
    if (!Arrays.stream(wanted.squares()).allMatch(Double::isFinite)) {
      return new Result.Failed(
          "its weights are not finite, or so large that the sum of their squares is not");
    }
    set(conv.input(1), new double[wanted.weight().length]);
    set(norm.input(2), new double[wanted.bias().length]);
    set(norm.input(3), new double[wanted.bias().length]);
    statistics.ofBranches(wanted, scale).forEach(this::set);
    Optional<Affine> others = map();
    if (others.isEmpty()) {
      return new Result.Failed("the block would not fold into one convolution");
    }
    Optional<String> difference = DenseKernel.difference(others.get(), site.map());
    if (difference.isPresent()) {
      return new Result.Failed(difference.get());
    }
    DenseKernel remainder = wanted.minus(DenseKernel.of(others.get(), product));
    takeRemainder(statistics.sumNorm().map(n -> remainder.over(factors(n))).orElse(remainder));
    DenseKernel found = DenseKernel.of(map().orElseThrow(), product);
    double largest = wanted.largest();
    double error = found.minus(wanted).largest() / (largest == 0 ? 1 : largest);
    return error <= LARGEST_ERROR
        ? new Result.Made(graph, error)
        : new Result.Failed(
            "its weights are not finite, or so small beside the branches that the remainder loses"
                + " too many digits");
  }

  /** Gives the block's own kernel and normalization what the other branches leave. */
  private void takeRemainder(DenseKernel remainder) {
    statistics.ofOwn(remainder).forEach(this::set);
    double[] factor = factors(norm);
    double[] mean = get(norm.input(3));
    double[] beta = new double[factor.length];
    Arrays.setAll(beta, o -> remainder.bias()[o] + mean[o] * factor[o]);
    set(norm.input(2), beta);
    set(conv.input(1), kernel(remainder.weight(), factor));
  }

  private double[] factors(Node batchNorm) {
    double epsilon = ((Op.BatchNormalization) batchNorm.op()).epsilon();
    double[] variance = get(batchNorm.input(4));
    double[] factor = get(batchNorm.input(1));
    Arrays.setAll(factor, o -> factor[o] / Math.sqrt(variance[o] + epsilon));
    return factor;
  }

  /**
   * {@code [O, taps, I / groups]} divided by each output's factor, as {@code [O, I / groups,
   * taps]}.
   */
  private double[] kernel(double[] weight, double[] factor) {
    int taps = site.map().taps().size();
    int columns = site.map().weights().columns();
    double[] kernel = new double[weight.length];
    int source = 0;
    for (int o = 0; o < factor.length; o++) {
      for (int tap = 0; tap < taps; tap++) {
        for (int column = 0; column < columns; column++) {
          kernel[(o * columns + column) * taps + tap] = weight[source++] / factor[o];
        }
      }
    }
    return kernel;
  }

  private double[] get(String name) {
    return parameter(name).toDoubles();
  }

  private Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  private void set(String name, double[] values) {
    Tensor old = parameter(name);
    parameters.put(name, Tensor.ofDoubles(old.type(), values, old.dims()));
  }

  /** The block as one affine map of its input, with the parameters as they are now. */
  private Optional<Affine> map() {
    graph = graph.toBuilder().replaceInitializers(parameters).build();
    Facts simple = Folder.simplified(graph, FoldOptions.DEFAULT);
    Analysis analysis = new Analysis(simple, FoldOptions.LARGEST_GROWTH, Map.of());
    return analysis
        .form(graph.outputs().get(0).name())
        .filter(form -> form.terms().size() == 1)
        .map(form -> form.terms().get(0))
        .filter(term -> term.source().equals(input))
        .map(Term::map);
  }
}
