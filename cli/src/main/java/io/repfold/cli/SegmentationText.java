package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.check.SegmentationComparison;
import io.repfold.check.SegmentationComparison.Overlap;
import io.repfold.check.SegmentationComparison.Region;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.SegmentedOutput;
import io.repfold.pipeline.compare.Verification;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Comparisons of masks as tables, sentences and JSON. */
final class SegmentationText {
  private static final int MOST_CLASSES = 20;

  private SegmentationText() {}

  static List<String> headings() {
    return List.of(
        "setting",
        "output",
        ">pixels",
        ">mean IoU",
        ">least IoU",
        ">changed near borders",
        ">elsewhere",
        ">beyond margin",
        ">largest piece");
  }

  /** One row an output and run, over all samples. */
  static List<List<String>> rows(Verification verification) {
    List<List<String>> rows = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (SegmentedOutput output : run.segmentations()) {
        rows.add(row(run.setting(), output));
      }
    }
    return rows;
  }

  private static List<String> row(String setting, SegmentedOutput output) {
    SegmentationComparison total = output.total();
    return List.of(
        setting,
        Phrases.shortened(output.output(), 40),
        Phrases.count(total.all().pixels()),
        iou(total.meanIou()),
        total.classes().stream()
            .min(Comparator.comparingDouble(Overlap::iou))
            .map(least -> "%s (class %d)".formatted(iou(least.iou()), least.label()))
            .orElse("-"),
        changed(total.nearBorders()),
        changed(total.elsewhere()),
        total.beyondMargin().isPresent() ? Phrases.count(total.beyondMargin().getAsLong()) : "-",
        Phrases.count(total.largestComponent()));
  }

  /** Rounded down, so that 1 is no change at all. */
  private static String iou(double iou) {
    return Phrases.fixed(Math.floor(iou * 1e6) / 1e6, 6);
  }

  private static String changed(Region region) {
    return "%s of %s (%s %%)"
        .formatted(
            Phrases.count(region.changed()),
            Phrases.count(region.pixels()),
            Phrases.fixed(100 * region.share(), 4));
  }

  static List<String> classHeadings() {
    return List.of("setting", "output", ">class", ">IoU", ">both", ">either");
  }

  /** All classes of all outputs and runs. */
  static List<List<String>> classRows(Verification verification) {
    return classRows(verification, Integer.MAX_VALUE, false);
  }

  /** The lowest ones of those that changed. */
  static List<List<String>> worstClassRows(Verification verification) {
    return classRows(verification, MOST_CLASSES, true);
  }

  private static List<List<String>> classRows(
      Verification verification, int most, boolean changedOnly) {
    List<List<String>> rows = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (SegmentedOutput output : run.segmentations()) {
        output.total().classes().stream()
            .filter(c -> !changedOnly || c.intersection() < c.union())
            .sorted(
                changedOnly
                    ? Comparator.comparingDouble(Overlap::iou)
                    : Comparator.comparingInt(Overlap::label))
            .limit(most)
            .forEach(c -> rows.add(classRow(run.setting(), output, c)));
      }
    }
    return rows;
  }

  private static List<String> classRow(String setting, SegmentedOutput output, Overlap overlap) {
    return List.of(
        setting,
        Phrases.shortened(output.output(), 40),
        String.valueOf(overlap.label()),
        iou(overlap.iou()),
        Phrases.count(overlap.intersection()),
        Phrases.count(overlap.union()));
  }

  /** The tables as text; empty without segmentations. */
  static String text(Verification verification) {
    List<List<String>> rows = rows(verification);
    if (rows.isEmpty()) {
      return "";
    }
    String text = Text.table(headings(), rows) + "\n";
    List<List<String>> classes = worstClassRows(verification);
    return classes.isEmpty()
        ? text + "The IoU of every class is 1.\n"
        : text
            + Text.table(classHeadings(), classes)
            + "\nThe IoU of the other classes is 1"
            + (classes.size() < changedClasses(verification) ? " or higher than these" : "")
            + ".\n";
  }

  private static int changedClasses(Verification verification) {
    return classRows(verification, Integer.MAX_VALUE, true).size();
  }

  /** Of one run. */
  static JsonNode json(List<SegmentedOutput> outputs) {
    ArrayNode all = (ArrayNode) Json.of(List.of());
    for (SegmentedOutput output : outputs) {
      ObjectNode node = all.addObject();
      node.put("output", output.output());
      node.set("total", json(output.total()));
      ArrayNode samples = node.putArray("samples");
      for (SegmentedOutput.Sample sample : output.samples()) {
        ObjectNode one = samples.addObject();
        one.put("sample", sample.sample());
        one.put("label", sample.label());
        one.set("comparison", json(sample.comparison()));
      }
    }
    return all;
  }

  private static ObjectNode json(SegmentationComparison comparison) {
    ObjectNode node = Json.object();
    node.put("meanIou", comparison.meanIou());
    node.set("nearBorders", json(comparison.nearBorders()));
    node.set("elsewhere", json(comparison.elsewhere()));
    node.put("skipped", comparison.skipped());
    if (comparison.beyondMargin().isPresent()) {
      node.put("beyondMargin", comparison.beyondMargin().getAsLong());
    } else {
      node.putNull("beyondMargin");
    }
    node.put("largestComponent", comparison.largestComponent());
    ArrayNode classes = node.putArray("classes");
    for (Overlap overlap : comparison.classes()) {
      classes
          .addObject()
          .put("class", overlap.label())
          .put("iou", overlap.iou())
          .put("intersection", overlap.intersection())
          .put("union", overlap.union());
    }
    return node;
  }

  private static ObjectNode json(Region region) {
    return Json.object()
        .put("pixels", region.pixels())
        .put("changed", region.changed())
        .put("share", region.share());
  }
}
