package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.check.ArgmaxAgreement;
import io.repfold.check.Comparison;
import io.repfold.check.OutputReport;
import io.repfold.check.OutputResult;
import io.repfold.check.PartError;
import io.repfold.check.Verdict;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.compare.Verification;
import io.repfold.runtime.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Comparisons of models as tables, sentences and JSON. */
final class VerificationText {
  private static final int MOST_REMARKS = 4;

  private VerificationText() {}

  /** What a comparison of a rewritten model came to. */
  static String text(RewriteComparison comparison) {
    StringBuilder text = new StringBuilder();
    comparison.verification().ifPresent(v -> text.append(text(v)));
    comparison.layers().ifPresent(l -> text.append(because(l)).append('\n'));
    return text.toString();
  }

  static void addTo(ObjectNode root, RewriteComparison comparison) {
    root.set("verification", comparison.verification().map(VerificationText::json).orElse(null));
    root.set("layers", comparison.layers().map(l -> Json.of(l.tensors())).orElse(null));
  }

  /** What was compared beside the outputs, and why. */
  static String because(LayerComparison layers) {
    return "On these inputs an output is too small to prove much, so tensors inside were compared too. "
        + VisibleText.line(layers.summary());
  }

  private static String text(Verification verification) {
    StringBuilder text = new StringBuilder();
    if (!verification.holds()) {
      text.append(Text.table(headings(), rows(verification))).append('\n');
    }
    remarks(verification).forEach(remark -> text.append(remark).append('\n'));
    return text.append(summary(verification)).append('\n').toString();
  }

  /** The first remarks, and how many more there are. */
  static List<String> remarks(Verification verification) {
    List<String> all = verification.remarks().stream().map(VisibleText::line).toList();
    if (all.size() <= MOST_REMARKS + 1) {
      return all;
    }
    List<String> first = new ArrayList<>(all.subList(0, MOST_REMARKS));
    first.add("... and %d more, which the JSON has".formatted(all.size() - MOST_REMARKS));
    return first;
  }

  /** The verdict in a sentence. */
  static String summary(Verification verification) {
    return VisibleText.line(verification.summary()) + Text.chosenSizes(verification.chosen());
  }

  /** One row an output and run, with its worst sample. */
  static List<List<String>> rows(Verification verification) {
    List<List<String>> rows = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (OutputReport output : run.report().outputs()) {
        rows.add(row(run, output));
      }
    }
    return rows;
  }

  static List<String> headings() {
    return List.of(
        "setting",
        "output",
        "worst in",
        ">error",
        ">allowed",
        ">noise",
        ">of magnitude",
        ">PSNR dB",
        ">same decisions",
        "verdict");
  }

  private static List<String> row(Verification.Run run, OutputReport output) {
    List<String> row =
        new ArrayList<>(List.of(run.setting(), Phrases.shortened(output.name(), 40)));
    row.addAll(numbers(output));
    row.add(output.verdict().isEquivalent() ? "same" : "DIFFERENT");
    return row;
  }

  private static List<String> numbers(OutputReport output) {
    if (output.worst().comparison().isEmpty()) {
      return List.of("-", "-", "-", "-", "-", "-", "-");
    }
    Comparison c = output.worst().comparison().get();
    PartError worst = c.worstPart();
    return List.of(
        worst.where(),
        Phrases.small(worst.error()),
        Phrases.small(worst.allowed()),
        Double.isNaN(worst.noise()) ? "-" : Phrases.small(worst.noise()),
        Phrases.small(worst.relative()),
        Double.isFinite(c.psnr()) ? Phrases.fixed(c.psnr(), 1) : "exact",
        share(c).map(share -> Phrases.fixed(100 * share, 3) + " %").orElse("-"));
  }

  /** Of best channels, or of what else the output decides. */
  private static Optional<Double> share(Comparison c) {
    return c.argmax()
        .filter(best -> best.positions() > 0)
        .map(ArgmaxAgreement::agreement)
        .or(
            () ->
                c.decided()
                    .filter(decided -> decided.positions() > 0)
                    .map(d -> 1 - (double) d.disagreements() / d.positions()));
  }

  /** Everything that is known of every sample. */
  static JsonNode json(Verification verification) {
    ObjectNode root = Json.object();
    root.put("holds", verification.holds());
    root.put("inputs", verification.inputs() + Text.chosenSizes(verification.chosen()));
    root.set("tolerance", Json.of(verification.runs().get(0).report().tolerance()));
    root.set("notes", Json.of(verification.notes()));
    ArrayNode all = root.putArray("runs");
    for (Verification.Run run : verification.runs()) {
      ObjectNode node = all.addObject();
      node.put("setting", run.setting());
      node.put("reference", run.report().reference());
      node.put("candidate", run.report().candidate());
      node.put("samples", run.report().samples());
      ArrayNode outputs = node.putArray("outputs");
      for (OutputReport output : run.report().outputs()) {
        outputs.add(json(output));
      }
      if (!run.segmentations().isEmpty()) {
        node.set("segmentations", SegmentationText.json(run.segmentations()));
      }
    }
    return root;
  }

  private static ObjectNode json(OutputReport output) {
    ObjectNode node = Json.object();
    node.put("name", output.name());
    node.put("holds", output.verdict().isEquivalent());
    node.put("worstSample", output.worst().sample());
    output
        .decisions()
        .ifPresent(
            d ->
                node.putObject("decisions")
                    .put("positions", d.positions())
                    .put("disagreements", d.disagreements())
                    .put("share", d.share())
                    .put("target", d.target()));
    output
        .worst()
        .comparison()
        .ifPresent(
            c -> {
              ObjectNode numbers = (ObjectNode) Json.of(c);
              numbers.set("maxRelativeError", Json.of(c.maxRelativeError()));
              ObjectNode worst = (ObjectNode) numbers.get("worstPart");
              if (Double.isNaN(c.worstPart().noise())) {
                worst.putNull("noise");
              }
              numbers.remove("argmax");
              c.argmax().ifPresent(a -> numbers.set("bestChannel", Json.of(a)));
              node.set("comparison", numbers);
            });
    node.set(
        "remarks",
        Json.of(
            output.verdict() instanceof Verdict.Different different
                ? different.reasons()
                : ((Verdict.Equivalent) output.verdict()).notes()));
    return node;
  }

  static List<String> layerHeadings() {
    return List.of("tensor", ">max abs error", ">of max", "verdict");
  }

  static List<List<String>> rows(LayerComparison layers) {
    List<List<String>> rows = new ArrayList<>();
    for (OutputResult result : layers.tensors().results()) {
      rows.add(
          List.of(
              Phrases.shortened(result.name(), 60),
              result.comparison().map(c -> Phrases.small(c.maxAbsError())).orElse("-"),
              result.comparison().map(c -> Phrases.small(c.maxRelativeError())).orElse("-"),
              result.verdict().isEquivalent() ? "same" : "DIFFERENT"));
    }
    return rows;
  }
}
