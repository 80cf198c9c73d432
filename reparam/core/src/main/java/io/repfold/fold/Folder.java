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
 * convolutions. All of it is repeated until nothing is found any more. After each pass, what is
 * kept has the type and the shape that it had.
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
    /**
     * A folded graph, with what is known of it.
     *
     * @param blocked values that must be computed by the node that is there, with the reason
     */
    record Done(Result result, Facts facts, Map<String, String> blocked) implements Attempt {}

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
  public static Result fold(Graph graph, FoldOptions options) {
    Facts simple = simplified(graph, options);
    FoldOptions further = options.withShapes(Map.of());
    Attempt.Done done = folded(graph, simple, options, Map.of(), false);
    Facts next = simplified(done.facts(), further);
    if (!goesOn(done, next, further)) {
      return done.result();
    }
    // What is folded again must not be rounded before: once more, with the numbers in double.
    done = folded(graph, simple, options, Map.of(), true);
    next = simplified(done.facts(), further);
    for (int round = 0; round < MOST_ROUNDS && goesOn(done, next, further); round++) {
      Attempt.Done again = folded(graph, next, further, done.blocked(), true);
      FoldReport report = done.result().report().then(again.result().report());
      done =
          new Attempt.Done(
              new Result(again.result().graph(), report), again.facts(), again.blocked());
      next = simplified(done.facts(), further);
    }
    return done.result();
  }

  /** Whether a fold of what was folded would find more, as convolutions stand elsewhere now. */
  private static boolean goesOn(Attempt.Done done, Facts next, FoldOptions options) {
    return !next.graph().nodes().equals(done.result().graph().nodes())
        || new Planned(next, options, done.blocked()).finds(next);
  }

  /**
   * @param known values that must be computed by the node that is there, with the reason
   * @param exactly whether numbers are kept as they are before they are rounded
   */
  private static Attempt.Done folded(
      Graph original,
      Facts simple,
      FoldOptions options,
      Map<String, String> known,
      boolean exactly) {
    Map<String, String> blocked = new HashMap<>(known);
    Attempt attempt = attempt(original, simple, options, blocked, exactly);
    // Ends: each try that fails blocks a value more, and a blocked one is not tried.
    while (attempt instanceof Attempt.Blocked more) {
      blocked.putAll(more.values());
      attempt = attempt(original, simple, options, blocked, exactly);
    }
    return (Attempt.Done) attempt;
  }

  public static Result fold(Graph graph) {
    return fold(graph, FoldOptions.DEFAULT);
  }

  /**
   * The report that {@link #fold} would give of its first round, without computing a weight. Few
   * graphs take more.
   */
  public static FoldReport plan(Graph graph, FoldOptions options) {
    Facts simple = simplified(graph, options);
    return new Planned(simple, options, Map.of()).report(graph, Map.of(), null);
  }

  /** What is known of the graph that the simplifying passes make. */
  static Facts simplified(Graph graph, FoldOptions options) {
    Graph current = options.shapes().isEmpty() ? graph : FixedShapes.fix(graph, options.shapes());
    return simplified(new Pass.Runner(current), options);
  }

  private static Facts simplified(Facts facts, FoldOptions options) {
    return simplified(new Pass.Runner(facts), options);
  }

  private static Facts simplified(Pass.Runner runner, FoldOptions options) {
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

    /** Whether anything is folded, or a scale moved. */
    @SuppressWarnings("ReferenceEquality") // where no scale moves, the graph stays the same
    boolean finds(Facts simple) {
      return first.graph() != simple.graph()
          || !writer.targets().isEmpty()
          || !transposed.folded().isEmpty()
          || !chains.folded().isEmpty();
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
      Graph original,
      Facts simple,
      FoldOptions options,
      Map<String, String> blocked,
      boolean exactly) {
    Pass.Runner runner = new Pass.Runner(simple);
    Planned plan = new Planned(simple, options, blocked);
    if (!plan.transposed.refused().isEmpty()) {
      return new Attempt.Blocked(plan.transposed.refused());
    }
    runner.made(MOVED, plan.first.facts());
    runner.made(TRANSPOSED, plan.last.facts());
    ExactNumbers.Builder exact = new ExactNumbers.Builder(plan.transposed.exact());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, RoundedWeights> numbers = new LinkedHashMap<>();
    for (FoldedGraphWriter.Planned planned : plan.writer.planned()) {
      RoundedWeights computed =
          exactly
              ? RoundedWeights.withExact(
                  planned.map(), planned.carrier(), planned.type(), options.product())
              : RoundedWeights.of(
                  planned.map(), planned.carrier(), planned.type(), options.product());
      computed.exact().ifPresent(elements -> exact.put(computed.weight(), elements));
      exact.put(computed.bias(), planned.map().bias());
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
    Graph folded = plan.chains.applyTo(written, exact);
    runner.made(CHAINS, folded);
    FoldReport report = plan.report(original, numbers, folded);
    Facts facts = runner.facts().withExact(exact.build());
    return new Attempt.Done(new Result(folded, report), facts, blocked);
  }

  /**
   * What makes a comparison of this graph with another prove little, or stands in the way of a fold
   * as a whole: the warnings of {@link #fold} and {@link #plan}.
   */
  public static List<String> warnings(Graph graph) {
    return NormWarnings.of(graph);
  }
}
