package io.repfold.cli;

import io.repfold.bench.Distribution;
import io.repfold.bench.Pace;
import io.repfold.bench.Timing;
import io.repfold.fold.FoldReport.Totals;
import io.repfold.image.Palette;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.train.TrainingListener.Epoch;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that the demo found, as one HTML page. */
record DemoPage(
    DemoTraining training, FoldOutcome fold, DemoMasks masks, List<DemoPage.Bench> benches) {
  private static final List<String> CELLS = List.of("image", "truth", "training form", "folded");
  private static final int POINTS = 160;
  private static final Palette VOC = Palette.voc();

  DemoPage {
    benches = List.copyOf(benches);
  }

  /**
   * A comparison of the two forms' speed.
   *
   * @param optimized whether ONNX Runtime's optimizer was on
   */
  record Bench(boolean optimized, BenchTable table) {
    String heading() {
      return optimized
          ? "Time of one run with ONNX Runtime's optimizer, which folds normalizations by itself"
          : "Time of one run of the files as they are, without ONNX Runtime's optimizer";
    }

    Timing folded() {
      return table.report().timings().get(1);
    }
  }

  String html() {
    Map<String, Object> page = FoldPage.sections(fold);
    page.put("subtitle", subtitle());
    page.put("tiles", tiles());
    page.put("hold", masks.hold());
    page.put("masks", masks.text() + ".");
    page.put("rows", masks.rows().stream().map(DemoPage::images).toList());
    page.put("legend", legend());
    int averaged = Math.max(1, training.losses().size() / POINTS);
    page.put("curve", LossCurve.of(training.losses(), averaged));
    page.put(
        "epochHeadings",
        List.of("epoch", "loss", "images/s", "waiting for data", "mIoU", "pixel accuracy"));
    page.put("epochs", training.epochs().stream().map(this::epoch).toList());
    page.put("classes", classes());
    page.put("benches", benches.stream().map(DemoPage::bench).toList());
    return Pages.render("demo", page);
  }

  /** One line. */
  String summary() {
    Totals before = fold.report().before();
    Totals after = fold.report().after();
    return "Trained %s in %s s, mIoU %s; folded %s convolutions and %s normalizations into %s convolutions; %s"
        .formatted(
            training.start().architecture(),
            Phrases.fixed(training.seconds(), 0),
            Phrases.fixed(masks.folded().meanIou(), 3),
            before.convolutions(),
            before.batchNormalizations(),
            after.convolutions(),
            speed(timing()));
  }

  /** How fast the folded network is, as far as the measurement tells. */
  static String speed(Timing folded) {
    Distribution ratio = folded.speedup();
    return folded.pace() == Pace.NO_DIFFERENCE
        ? "no difference in speed can be told, it is %s to %s times as fast"
            .formatted(
                Phrases.fixed(ratio.lowerQuartile(), 2), Phrases.fixed(ratio.upperQuartile(), 2))
        : Phrases.fixed(ratio.median(), 2) + " times as fast";
  }

  /** With the optimizer, as people run models. */
  private Timing timing() {
    return benches.get(benches.size() - 1).folded();
  }

  private String subtitle() {
    return "%s, trained by repfold %s on %s for %s, then folded, verified and timed."
        .formatted(
            training.start().architecture(),
            Release.version(),
            Phrases.plural(training.start().examples(), "image"),
            Phrases.plural(training.epochs().size(), "epoch"));
  }

  private List<Map<String, Object>> tiles() {
    Totals before = fold.report().before();
    Totals after = fold.report().after();
    return List.of(
        tile("mIoU, folded", Phrases.fixed(masks.folded().meanIou(), 3)),
        tile("training", Phrases.fixed(training.seconds(), 0) + " s"),
        tile("convolutions", before.convolutions() + " → " + after.convolutions()),
        tile(
            "batch normalizations",
            before.batchNormalizations() + " → " + after.batchNormalizations()),
        tile(
            "parameters",
            Phrases.count(before.parameters()) + " → " + Phrases.count(after.parameters())),
        speedTile(timing()));
  }

  static Map<String, Object> speedTile(Timing folded) {
    return folded.pace() == Pace.NO_DIFFERENCE
        ? tile("in speed can be told, in ONNX Runtime", "no difference")
        : tile("as fast, in ONNX Runtime", Phrases.fixed(folded.speedup().median(), 2) + " ×");
  }

  private static Map<String, Object> tile(String name, String value) {
    return Map.of("name", name, "value", value);
  }

  private static List<Map<String, Object>> images(MaskGrid.Row row) {
    List<Map<String, Object>> cells = new ArrayList<>();
    List<BufferedImage> pictures = row.cells();
    for (int i = 0; i < pictures.size(); i++) {
      cells.add(
          Map.of(
              "alt", CELLS.get(i),
              "png", Base64.getEncoder().encodeToString(MaskGrid.png(pictures.get(i)))));
    }
    return cells;
  }

  private List<Map<String, Object>> legend() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (int i = 0; i < masks.classNames().size(); i++) {
      entries.add(
          Map.of(
              "name", masks.classNames().get(i),
              "color", "#%06x".formatted(VOC.color(i))));
    }
    return entries;
  }

  private List<String> epoch(Epoch epoch) {
    List<String> row = new ArrayList<>();
    row.add(Integer.toString(epoch.epoch()));
    row.add(Phrases.fixed(epoch.loss(), 4));
    row.add(Phrases.fixed(epoch.imagesPerSecond(), 1));
    row.add(Phrases.fixed(100 * epoch.waiting(), 1) + " %");
    training
        .validation(epoch.epoch())
        .ifPresentOrElse(
            validated -> {
              row.add(Phrases.fixed(validated.metrics().meanIou(), 4));
              row.add(Phrases.fixed(validated.metrics().pixelAccuracy(), 4));
            },
            () -> row.addAll(List.of("", "")));
    return row;
  }

  private List<Map<String, Object>> classes() {
    double[] before = masks.trained().iou();
    double[] after = masks.folded().iou();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < before.length; i++) {
      rows.add(
          Map.of(
              "name", masks.classNames().get(i),
              "before", share(before[i]),
              "after", share(after[i])));
    }
    return rows;
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "absent" : Phrases.fixed(value, 4);
  }

  private static Map<String, Object> bench(Bench bench) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("machine", bench.heading() + ". " + bench.table().circumstances());
    values.put(
        "headings", bench.table().headings().stream().map(h -> h.replaceFirst("^>", "")).toList());
    values.put("rows", bench.table().rows());
    return values;
  }
}
