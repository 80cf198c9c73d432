package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of a conversion.
 *
 * @param samples what it was compared on, if it was
 * @param comparisons the converted model beside its original, each run by something else
 * @param remarks what a reader should know, each a sentence
 * @param target the share of decisions that had to stay the same
 */
record ConvertOutcome(
    ModelFile source,
    Path output,
    Precision precision,
    Conversion conversion,
    ConversionSamples samples,
    List<SampleComparison> comparisons,
    List<String> remarks,
    double target) {
  ConvertOutcome {
    comparisons = List.copyOf(comparisons);
    remarks = List.copyOf(remarks);
  }

  /** Whether there is something to write and every comparison reached the target. */
  boolean holds() {
    return conversion.refusal().isEmpty() && comparisons.stream().allMatch(this::holds);
  }

  private boolean holds(SampleComparison comparison) {
    return comparison.decisions() > 0
        && comparison.notFinite() == 0
        && comparison.share() >= target;
  }

  JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", source.path().toString());
    root.put("output", holds() ? output.toString() : null);
    root.put("precision", precision.name());
    root.put("holds", holds());
    root.put("targetAgreement", target);
    root.put("samples", comparisons.isEmpty() ? "" : samples.description());
    root.set("conversion", conversion.json());
    ArrayNode all = root.putArray("comparisons");
    comparisons.forEach(comparison -> all.add(comparison.json()));
    root.put("refusal", conversion.refusal().orElse(null));
    root.set("remarks", Json.of(remarks));
    return root;
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    text.append(source.path()).append(": ").append(conversion.text(verbose)).append('\n');
    if (conversion.refusal().isPresent()) {
      return text.append(conversion.refusal().get()).append("\nNothing was written.\n").toString();
    }
    if (!comparisons.isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      comparisons.forEach(comparison -> rows.addAll(comparison.rows()));
      text.append(Text.table(SampleComparison.headings(), rows)).append('\n');
    }
    remarks.forEach(remark -> text.append(remark).append('\n'));
    text.append(verdict()).append('\n');
    text.append(holds() ? "Wrote " + output : "Nothing was written.").append('\n');
    return text.toString();
  }

  /** The least share of decisions that stay the same; empty if nothing was compared. */
  OptionalDouble agreement() {
    return comparisons.stream().mapToDouble(SampleComparison::share).min();
  }

  private String verdict() {
    if (comparisons.isEmpty()) {
      String because =
          samples.compared().isEmpty() ? samples.description() : "nothing here runs it";
      return "NOT COMPARED with the original: %s. Whether it overflows or decides otherwise is not known; --data FOLDER gives samples to see it on"
          .formatted(because);
    }
    if (comparisons.stream().anyMatch(c -> c.decisions() == 0)) {
      return "NOTHING WAS COMPARED: every output is empty, on " + samples.description();
    }
    long notFinite = comparisons.stream().mapToLong(SampleComparison::notFinite).max().orElse(0);
    if (notFinite > 0) {
      return "OVERFLOW: %s NaN or infinite at the outputs, and finite in the original, on %s"
          .formatted(
              notFinite == 1 ? "1 element is" : Phrases.count(notFinite) + " elements are",
              samples.description());
    }
    double share = agreement().orElse(1);
    String verdict =
        "%s: %s %% of decisions stay the same (target %s %%), on %s"
            .formatted(
                holds() ? "Verified" : "BELOW THE TARGET",
                Phrases.fixed(100 * share, 4),
                Phrases.fixed(100 * target, 4),
                samples.description());
    return samples.given()
        ? verdict
        : verdict
            + "\nRandom inputs are not what the model will see: --data FOLDER gives samples, whose ranges choose what stays float32";
  }
}
