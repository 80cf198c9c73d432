package io.repfold.fold;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Untied;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Replaces convolutions by Rep blocks that compute the same: the inverse of {@link Folder}, so that
 * a trained network can be fine-tuned with branches and folded again.
 *
 * <pre>
 *   Given:   y = Conv(x; W, b)
 *   Result:  y = BN0(Conv(x; W0)) + BN1(branch 1 of x) + ...
 * </pre>
 *
 * <p>The branches start from a weight source, and the block's own k x k takes the remainder.
 * Whatever follows the convolution stays as it is, a batch normalization too. Each block is folded
 * again and compared with the convolution before it is taken.
 *
 * <p>The function is the same under running statistics. In training, a batch normalization that is
 * not frozen takes the statistics of the batch; those of the new ones start as if the input's
 * channels were independent with mean 0 and variance 1, which no real input is, so that the first
 * steps change the function. Freeze the batch normalizations to fine-tune from exactly the same
 * function.
 */
public final class Expander {
  private static final Set<String> WITH_BODIES = Set.of("If", "Loop", "Scan");

  private final Graph original;
  private final Graph graph;
  private final List<String> parted;
  private final Facts facts;
  private final ExpandOptions options;
  private final Pattern pattern;
  private final FreeNames names;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final List<ExpandReport.Expanded> expanded = new ArrayList<>();
  private final List<FoldReport.LeftAlone> leftAlone = new ArrayList<>();

  private Expander(Graph original, ExpandOptions options) {
    Untied untied = Untied.of(original);
    this.original = original;
    this.graph = untied.graph();
    this.parted = untied.parted();
    this.facts = new Facts(graph);
    this.options = options;
    this.pattern = pattern(options.match());
    this.names = FreeNames.ofValues(graph);
  }

  /** An expanded graph and what happened. */
  public record Result(Graph graph, ExpandReport report) {}

  /**
   * The graph with blocks in place of convolutions, and each of its parameters a tensor of its own
   * ({@link Untied}), as it will be trained. Values keep their names; a block's own are named after
   * the node that it replaces.
   *
   * @throws io.repfold.graph.InvalidGraphException if shapes contradict each other; names the node
   */
  public static Result expand(Graph graph, ExpandOptions options) {
    return new Expander(graph, options).run();
  }

  private Result run() {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Conv && matches(node)) {
        replace(node);
      } else {
        nodes.add(node);
        if (WITH_BODIES.contains(node.op().type())) {
          leave(node, "convolutions in its body are not looked at");
        }
      }
    }
    Graph result = original;
    if (!expanded.isEmpty()) {
      Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
      parameters.forEach(builder::initializer);
      result = withoutOldWeights(builder.build());
    }
    ExpandReport report =
        new ExpandReport(
            options.kind(),
            expanded,
            leftAlone,
            expanded.isEmpty() ? List.of() : parted,
            Reporting.totals(original),
            Reporting.totals(result));
    return new Result(result, report);
  }

  private void replace(Node node) {
    Candidate candidate = Candidate.of(facts, node, options.pointwise());
    if (candidate instanceof Candidate.Refused refused) {
      leave(node, refused.because());
      nodes.add(node);
      return;
    }
    Candidate.Site site = (Candidate.Site) candidate;
    String scope = names.freshScope(label(node));
    ExpandedBlock.Result block = ExpandedBlock.of(site, scope, options);
    if (block instanceof ExpandedBlock.Result.Made made) {
      insert(site, made);
    } else {
      leave(node, ((ExpandedBlock.Result.Failed) block).because());
      nodes.add(node);
    }
  }

  private void insert(Candidate.Site site, ExpandedBlock.Result.Made made) {
    String sum = made.graph().outputs().get(0).name();
    String output = site.node().output();
    for (Node node : made.graph().nodes()) {
      List<String> outputs = node.output().equals(sum) ? List.of(output) : node.outputs();
      nodes.add(new Node(node.name(), node.op(), node.inputs(), outputs));
      names.takeAll(outputs);
    }
    RepSpec spec = site.spec(options.kind());
    parameters.putAll(made.graph().initializers());
    names.takeAll(made.graph().initializers().keySet());
    expanded.add(
        new ExpandReport.Expanded(
            site.node().describe(),
            output,
            Reporting.describe(site.map(), Carrier.CONV),
            RepBlocks.names(spec, site.in()),
            RepBlocks.leftOut(spec, site.in()),
            site.parameters(),
            Reporting.totals(made.graph()).parameters(),
            made.error()));
  }

  private void leave(Node node, String because) {
    String value = node.outputs().isEmpty() ? "" : node.output();
    leftAlone.add(new FoldReport.LeftAlone(node.describe(), value, List.of(because)));
  }

  private boolean matches(Node node) {
    return pattern.matcher(label(node)).matches();
  }

  private static String label(Node node) {
    return node.name().isEmpty() ? node.output() : node.name();
  }

  /** Without the weights, biases and their Constant nodes that the blocks took in. */
  private Graph withoutOldWeights(Graph result) {
    Set<String> replaced =
        graph.nodes().stream()
            .filter(node -> expanded.stream().anyMatch(e -> node.outputs().contains(e.value())))
            .flatMap(node -> node.inputs().stream().skip(1))
            .filter(name -> result.readers(name).isEmpty() && !result.isOutput(name))
            .collect(Collectors.toSet());
    Map<String, Tensor> kept = new LinkedHashMap<>(result.initializers());
    kept.keySet().removeAll(replaced);
    return result.toBuilder()
        .replaceInitializers(kept)
        .replaceNodes(without(result.nodes(), replaced))
        .build();
  }

  private static List<Node> without(List<Node> nodes, Collection<String> outputs) {
    return nodes.stream()
        .filter(node -> node.outputs().isEmpty() || !outputs.contains(node.output()))
        .toList();
  }

  private static Pattern pattern(String glob) {
    String expression =
        glob.chars()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.compile(expression, Pattern.DOTALL);
  }
}
