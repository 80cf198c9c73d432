package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Folds what can be folded: the door of this package.
 *
 * <p>Shapes are fixed first, if asked. {@code SIMPLIFYING} runs until no node goes any more,
 * because each of its passes lets the others see more. Then transposed convolutions take in what
 * follows them, before the last pass would make a convolution of it; then linear regions become
 * convolutions. After each pass, what is kept has the type and the shape that it had.
 */
public final class Folder {
  private static final Pass POOLED_FIRST = new Pass("PooledFirst", PooledFirst::moved);

  /** After all that is constant was computed, and before scales move. */
  private static final Pass FUSED_OPS = new Pass("FusedOps", FusedOps::written);

  private static final Pass DEAD_CODE =
      new Pass("DeadCode", facts -> DeadCode.withoutUnread(facts.graph()));

  static final List<Pass> SIMPLIFYING =
      List.of(
          // First: a Cast to a type that is told can be computed or removed.
          new Pass("CastLikes", CastLikes::resolved),
          // Before NoOps, which asks whether an operand is a constant, and a neutral one.
          new Pass("ConstantFolding", ConstantFolding::folded),
          // After it; what this bypasses lets shapes be computed in the next round.
          new Pass("NoOps", NoOps::removed),
          // After it, as nothing stands between two of them any more.
          new Pass("Transposes", Transposes::joined),
          new Pass("Views", Views::cancelled),
          // After them: a norm between the two is found where nothing else stands there.
          POOLED_FIRST,
          // Last: the others leave nodes and tensors behind that nobody reads.
          DEAD_CODE);

  /** Rounds after which scales stay where they are, for graphs that nobody made by hand. */
  private static final int MOST_ROUNDS = 20;

  private static final String MOVED = "MovedScales";
  private static final String TRANSPOSED = "TransposedConvolutions";
  private static final String REGIONS = "LinearRegions";
  private static final String CHAINS = "ScaleChains";

  private Folder() {}

  /** What came of one try. */
  private sealed interface Attempt {
    /** A folded graph, with what is known of it. */
    record Done(Result result, Facts facts) implements Attempt {}

    /** Values, with the reason, that must be computed by the node that is there. */
    record Blocked(Map<String, String> values) implements Attempt {}
  }

  /** A folded graph and what happened. */
  public record Result(Graph graph, FoldReport report) {}

  /**
   * The folded graph. It computes the same function; values that are left keep their names.
   *
   * @throws io.repfold.graph.InvalidGraphException if shapes contradict each other; names the node
   */
  @SuppressWarnings("ReferenceEquality") // a pass that finds nothing gives its graph back
  public static Result fold(Graph graph, FoldOptions options) {
    Attempt.Done once = foldedOnce(graph, options);
    // A convolution that took in what stood before it may now stand behind its pooling.
    Pass.Runner runner = new Pass.Runner(once.facts());
    runner.run(POOLED_FIRST);
    if (runner.graph() == once.facts().graph()) {
      return once.result();
    }
    Result again = fold(runner.graph(), options.withShapes(Map.of()));
    return new Result(again.graph(), once.result().report().then(again.report()));
  }

  private static Attempt.Done foldedOnce(Graph graph, FoldOptions options) {
    Facts simple = simplified(graph, options);
    Map<String, String> blocked = new HashMap<>();
    Attempt attempt = attempt(graph, simple, options, blocked);
    // Ends: each try that fails blocks a value more, and a blocked one is not tried.
    while (attempt instanceof Attempt.Blocked more) {
      blocked.putAll(more.values());
      attempt = attempt(graph, simple, options, blocked);
    }
    return (Attempt.Done) attempt;
  }

  public static Result fold(Graph graph) {
    return fold(graph, FoldOptions.DEFAULT);
  }

  /** The report that {@link #fold} would give, without computing a weight. */
  public static FoldReport plan(Graph graph, FoldOptions options) {
    Facts simple = simplified(graph, options);
    return new Planned(simple, options, Map.of()).report(graph, Map.of(), null);
  }

  /** What is known of the graph that the simplifying passes make. */
  static Facts simplified(Graph graph, FoldOptions options) {
    Graph current = options.shapes().isEmpty() ? graph : FixedShapes.fix(graph, options.shapes());
    Pass.Runner runner = new Pass.Runner(current);
    int nodes;
    do {
      nodes = runner.graph().nodes().size();
      SIMPLIFYING.forEach(runner::run);
    } while (runner.graph().nodes().size() < nodes);
    if (options.fusesOps()) {
      runner.run(FUSED_OPS);
      runner.run(DEAD_CODE);
    }
    return runner.facts();
  }

  /** What a fold is going to do. */
  private static final class Planned {
    private final Analysis first;
    private final TransposedConvolutions transposed;
    private final Analysis last;
    private final FoldedGraphWriter writer;
    private final ScaleChains chains;

    Planned(Facts simple, FoldOptions options, Map<String, String> blocked) {
      this.first = analyzed(simple, options, blocked);
      this.transposed = new TransposedConvolutions(first, blocked.keySet());
      Graph ready = transposed.run();
      this.last =
          transposed.folded().isEmpty()
              ? first
              : new Analysis(first.facts().of(ready), options.growth(), blocked);
      transposed.apart().forEach(last.refusals()::add);
      this.writer = new FoldedGraphWriter(last);
      this.chains = new ScaleChains(last, writer);
    }

    /** As {@link Reporting#report}. */
    FoldReport report(Graph original, Map<String, RoundedWeights> numbers, @Nullable Graph folded) {
      List<FoldReport.Folded> others = new ArrayList<>(transposed.folded());
      others.addAll(chains.folded());
      return new Reporting(original, last, writer, others).report(numbers, folded);
    }
  }

  /**
   * Moves scales to convolutions that are there, and then to those that regions will become, until
   * none moves: what a second fold would find, the first one finds.
   */
  @SuppressWarnings("ReferenceEquality") // where no scale moves, the graph stays the same
  private static Analysis analyzed(Facts simple, FoldOptions options, Map<String, String> blocked) {
    Facts moved = MovedScales.in(simple, blocked.keySet(), FoldedEnds.NONE);
    for (int round = 0; ; round++) {
      Analysis analysis = new Analysis(moved, options.growth(), blocked);
      FoldedEnds ends = FoldedEnds.of(analysis, new FoldedGraphWriter(analysis));
      Facts further = MovedScales.in(moved, blocked.keySet(), ends);
      if (further.graph() == moved.graph() || round == MOST_ROUNDS) {
        return analysis;
      }
      moved = further;
    }
  }

  private static Attempt attempt(
      Graph original, Facts simple, FoldOptions options, Map<String, String> blocked) {
    Pass.Runner runner = new Pass.Runner(simple);
    Planned plan = new Planned(simple, options, blocked);
    if (!plan.transposed.refused().isEmpty()) {
      return new Attempt.Blocked(plan.transposed.refused());
    }
    runner.made(MOVED, plan.first.facts());
    runner.made(TRANSPOSED, plan.last.facts());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, RoundedWeights> numbers = new LinkedHashMap<>();
    for (FoldedGraphWriter.Planned planned : plan.writer.planned()) {
      RoundedWeights computed =
          RoundedWeights.of(planned.map(), planned.carrier(), planned.type(), options.product());
      if (computed.notFinite().isPresent()) {
        String because =
            "output channel %d of the folded %s is NaN or too large for %s"
                .formatted(
                    computed.notFinite().getAsInt(), planned.carrier().noun(), planned.type());
        return new Attempt.Blocked(Map.of(planned.target(), because));
      }
      numbers.put(planned.output(), computed);
      tensors.put(planned.weight(), computed.weight());
      planned.bias().ifPresent(name -> tensors.put(name, computed.bias()));
    }
    Graph written = plan.writer.graph(tensors);
    runner.made(REGIONS, written);
    Graph folded = plan.chains.applyTo(written);
    runner.made(CHAINS, folded);
    FoldReport report = plan.report(original, numbers, folded);
    return new Attempt.Done(new Result(folded, report), runner.facts());
  }

  /**
   * What makes a comparison of this graph with another prove little, or stands in the way of a fold
   * as a whole: the warnings of {@link #fold} and {@link #plan}.
   */
  public static List<String> warnings(Graph graph) {
    return NormWarnings.of(graph);
  }
}
