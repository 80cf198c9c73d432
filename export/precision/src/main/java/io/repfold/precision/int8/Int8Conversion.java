package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.precision.Agreement;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.RaiseToOpset13;
import io.repfold.precision.SampleRunner;
import io.repfold.precision.Targets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes a graph on samples: balances channels, takes ranges, corrects biases, and leaves the
 * layers that cost the outputs most in float32 until the result is as good as is wanted. A remedy
 * is kept only if the outputs gain.
 */
public final class Int8Conversion {
  /** Bytes of the outputs that are kept to compare with. */
  private static final long MOST_BYTES = 256L << 20;

  private final Graph original;
  private final SampleRunner runner;
  private final QuantizationOptions options;
  private final Goal goal;

  private Int8Conversion(
      Graph original, SampleRunner runner, QuantizationOptions options, Goal goal) {
    this.original = original;
    this.runner = runner;
    this.options = options;
    this.goal = goal;
  }

  /**
   * When a result is good enough.
   *
   * @param reference what it is compared with, such as the graph before it was folded
   * @param meanings of its outputs
   * @param targets that each of them must reach; if none does, no layer is left out
   * @param seconds that trying single layers may take; the others are taken by their own errors
   * @param choice of layers that stay float32 for the sake of time
   */
  public record Goal(
      Graph reference,
      OutputMeanings meanings,
      Targets targets,
      double seconds,
      LayerChoice choice) {
    /** Seconds that are usually enough for a network of 300 layers. */
    public static final double USUAL_SECONDS = 300;

    /** By what the graph shows, in the usual time. */
    public static Goal of(Graph reference, Targets targets) {
      return new Goal(
          reference,
          OutputMeanings.of(reference),
          targets,
          USUAL_SECONDS,
          LayerChoice.ALL_IN_INTEGERS);
    }

    public Goal withMeanings(OutputMeanings others) {
      return new Goal(reference, others, targets, seconds, choice);
    }

    public Goal withSeconds(double most) {
      return new Goal(reference, meanings, targets, most, choice);
    }

    public Goal withChoice(LayerChoice other) {
      return new Goal(reference, meanings, targets, seconds, other);
    }
  }

  /** A quantized graph and what was done. */
  public record Result(Graph graph, QuantizationReport report) {}

  /** A way to quantize, and how good it is with all layers in integers. */
  private record Candidate(
      Draft draft, List<RangeEqualizer.Balanced> balanced, Agreement.Score score) {
    double harm() {
      return score.error() > 0 ? score.error() : score.loss();
    }
  }

  /**
   * Converts.
   *
   * @param graph float32; raised to opset 13 if its opset is lower. Fold it before
   * @return a graph that reaches the target; at worst the given one, with a report of no quantized
   *     layer, where no layer can be quantized without missing it
   * @throws io.repfold.graph.InvalidGraphException as {@link Quantizer#quantize} and {@link
   *     RaiseToOpset13#raise}, and if there is no sample
   */
  public static Result convert(
      Graph graph, SampleRunner runner, QuantizationOptions options, Goal goal) {
    Graph raised = RaiseToOpset13.raise(graph);
    Quantizer.plan(raised, options);
    return new Int8Conversion(raised, runner, options, goal).run();
  }

  /**
   * What int8 costs each layer by itself: in its own result, and at the outputs if it alone is
   * quantized, which is what a choice of layers to keep in float32 goes by. Channels are balanced
   * and biases corrected as the options say, if that helps.
   *
   * @param goal gives the reference and the meanings; single layers are tried on the first 8
   *     samples, which run once for each layer
   * @return all nodes with weights, in the graph's order
   * @throws io.repfold.graph.InvalidGraphException as {@link #convert}
   */
  public static List<QuantizationReport.Layer> measure(
      Graph graph, SampleRunner runner, QuantizationOptions options, Goal goal) {
    Graph raised = RaiseToOpset13.raise(graph);
    Quantizer.plan(raised, options);
    return new Int8Conversion(raised, runner, options, goal).measured();
  }

  private List<QuantizationReport.Layer> measured() {
    Agreement agreement = agreement();
    Draft draft = best(agreement).draft();
    LayerSearch search = new LayerSearch(draft, agreement, Double.POSITIVE_INFINITY);
    return LayerReports.of(draft, Set.of(), search.measure());
  }

  private Agreement agreement() {
    return new Agreement(
        goal.reference(), runner, goal.meanings(), goal.targets(), LayerSearch.FEW, MOST_BYTES);
  }

  private Result run() {
    Agreement agreement = agreement();
    Candidate best = best(agreement);
    Draft quantized = best.draft();
    Set<String> slow = goal.choice().float32(quantized.layers(), quantized::graph);
    Draft draft = slow.isEmpty() ? quantized : quantized.withFloat32(slow);
    LayerSearch search = new LayerSearch(draft, agreement, goal.seconds());
    Agreement.Score score =
        slow.isEmpty() ? best.score() : agreement.of(draft.graph(Set.of()), Integer.MAX_VALUE);
    List<QuantizationReport.Trial> trials = new ArrayList<>();
    trials.add(new QuantizationReport.Trial(0, score.agreement(), score.worst()));
    Set<String> excluded = Set.of();
    Map<String, Agreement.Score> alone = Map.of();
    if (!score.holds()) {
      excluded = search.excluded();
      alone = search.measured();
      trials.addAll(search.trials());
      score = agreement.of(draft.graph(excluded), Integer.MAX_VALUE);
    }
    QuantizationReport report =
        new QuantizationReport(
            options,
            LayerReports.of(draft, excluded, alone),
            best.balanced(),
            draft.hasCorrectedBiases(),
            agreement.samples(),
            score.agreement(),
            score.decibels(),
            trials);
    return new Result(draft.graph(excluded), report);
  }

  /** The way with the least error at the outputs; the simplest of equal ones. */
  private Candidate best(Agreement agreement) {
    List<Candidate> candidates = new ArrayList<>();
    add(candidates, new RangeEqualizer.Result(original, List.of()), agreement);
    RangeEqualizer.Result equalized = equalized();
    if (!equalized.balanced().isEmpty()) {
      add(candidates, equalized, agreement);
    }
    return candidates.stream().min(Comparator.comparingDouble(Candidate::harm)).orElseThrow();
  }

  private void add(
      List<Candidate> candidates, RangeEqualizer.Result equalized, Agreement agreement) {
    Draft plain = Draft.of(equalized.graph(), original, options, runner);
    List<Draft> drafts = new ArrayList<>(List.of(plain));
    if (options.biasCorrection()) {
      drafts.add(plain.withCorrectedBiases());
    }
    for (Draft draft : drafts) {
      Agreement.Score score = agreement.of(draft.graph(Set.of()), Integer.MAX_VALUE);
      candidates.add(new Candidate(draft, equalized.balanced(), score));
    }
  }

  private RangeEqualizer.Result equalized() {
    Set<String> values = options.equalization() ? RangeEqualizer.values(original) : Set.of();
    if (values.isEmpty()) {
      return new RangeEqualizer.Result(original, List.of());
    }
    Map<String, ChannelStatistics> channels = new HashMap<>();
    runner.run(
        original,
        values,
        Integer.MAX_VALUE,
        (sample, computed) ->
            computed.forEach(
                (name, value) ->
                    channels
                        .computeIfAbsent(name, k -> new ChannelStatistics())
                        .accept(value.data(), value.shape())));
    return RangeEqualizer.equalize(original, channels);
  }
}
