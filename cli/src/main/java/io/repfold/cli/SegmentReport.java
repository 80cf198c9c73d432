package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.image.Outcome;
import io.repfold.image.Stage;
import io.repfold.image.StageFigures;
import io.repfold.pipeline.Phrases;
import io.repfold.runtime.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What was found in images, as it becomes known. */
final class SegmentReport {
  private final String model;
  private final String engine;
  private final List<String> names;
  private final List<FoundImages.Skipped> skipped;
  private int turned;
  private final Map<String, MaskFile> files = new LinkedHashMap<>();
  private final Map<String, long[]> counts = new LinkedHashMap<>();
  private final List<Outcome.Failed<long[]>> failures = new ArrayList<>();

  /**
   * @param names of the classes, as far as they are known
   * @param skipped what was left out of folders
   */
  SegmentReport(
      Engine engine, List<String> names, List<MaskFile> files, List<FoundImages.Skipped> skipped) {
    this.skipped = skipped;
    this.model = engine.name();
    this.engine = engine.backend();
    this.names = names;
    files.forEach(file -> this.files.put(file.image().toString(), file));
  }

  void add(Outcome<long[]> outcome) {
    if (outcome instanceof Outcome.Done<long[]> done) {
      counts.put(done.name(), done.result());
    } else if (outcome instanceof Outcome.Failed<long[]> failed) {
      failures.add(failed);
    }
  }

  /** How many images were turned upright. */
  void turned(int count) {
    turned = count;
  }

  List<Outcome.Failed<long[]>> failures() {
    return failures;
  }

  /** What is no failure, but may be other than what was meant. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(skipped.stream().map(FoundImages.Skipped::text).toList());
    long[] sums = sums();
    List<String> nameless =
        IntStream.range(names.size(), sums.length)
            .filter(label -> sums[label] > 0)
            .mapToObj(Integer::toString)
            .toList();
    if (!names.isEmpty() && !nameless.isEmpty()) {
      notes.add(
          "%s found in images, and there %s for 0 to %d only; --class-names gives others"
              .formatted(
                  nameless.size() == 1
                      ? "class " + nameless.get(0) + " was"
                      : "classes " + String.join(", ", nameless) + " were",
                  names.size() == 1 ? "is a name" : "are names",
                  names.size() - 1));
    }
    if (turned > 0) {
      notes.add(
          "%s turned upright as the EXIF orientation says; masks fit the upright %s"
              .formatted(
                  turned == 1 ? "1 image was" : Phrases.count(turned) + " images were",
                  turned == 1 ? "image" : "images"));
    }
    return notes;
  }

  String text(StageFigures figures, Path output, int threads) {
    StringBuilder text = new StringBuilder();
    if (!counts.isEmpty()) {
      text.append(Text.table(List.of("class", "name", ">pixels", ">share"), classRows()));
      text.append('\n');
    }
    if (!counts.isEmpty()) {
      text.append(
          Text.table(List.of("stage", ">total s", ">ms an image", ">share"), stageRows(figures)));
      text.append('\n');
    }
    text.append(
        "%s written to %s%s; %s, %s; stages overlap\n"
            .formatted(
                Phrases.plural(counts.size(), "mask"),
                output,
                rate(figures),
                engine,
                Phrases.plural(threads, "thread")));
    if (!failures.isEmpty()) {
      text.append("%s without a mask\n".formatted(Phrases.plural(failures.size(), "image")));
    }
    return text.toString();
  }

  private static String rate(StageFigures figures) {
    double rate = figures.imagesPerSecond();
    return rate == 0
        ? ""
        : ", %s images a second".formatted(rate < 1 ? Phrases.small(rate) : Phrases.amount(rate));
  }

  private List<List<String>> classRows() {
    long[] sums = sums();
    long all = LongStream.of(sums).sum();
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] > 0) {
        rows.add(
            List.of(
                Integer.toString(i),
                name(i),
                Phrases.count(sums[i]),
                percent((double) sums[i] / all)));
      }
    }
    return rows;
  }

  private static List<List<String>> stageRows(StageFigures figures) {
    List<List<String>> rows = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      rows.add(
          List.of(
              stage.toString(),
              Phrases.fixed(figures.total(stage), 2),
              Phrases.fixed(figures.millisecondsPerImage(stage), 2),
              percent(figures.share(stage))));
    }
    return rows;
  }

  private static String percent(double share) {
    return Phrases.fixed(100 * share, 1) + " %";
  }

  private String name(int label) {
    return label < names.size() ? names.get(label) : "";
  }

  private long[] sums() {
    long[] sums = new long[256];
    for (long[] one : counts.values()) {
      for (int i = 0; i < one.length; i++) {
        sums[i] += one[i];
      }
    }
    return sums;
  }

  ObjectNode json(StageFigures figures) {
    ObjectNode root = Json.object();
    root.put("model", model);
    root.put("engine", engine);
    root.put("elapsedSeconds", figures.elapsedSeconds());
    root.put("imagesPerSecond", figures.imagesPerSecond());
    ObjectNode stages = root.putObject("stages");
    for (Stage stage : Stage.values()) {
      ObjectNode one = stages.putObject(stage.toString());
      one.put("seconds", figures.total(stage));
      one.put("millisecondsPerImage", figures.millisecondsPerImage(stage));
      one.put("share", figures.share(stage));
    }
    addClasses(root.putArray("classes"), sums());
    ArrayNode images = root.putArray("images");
    counts.forEach((image, pixels) -> addImage(images.addObject(), image, pixels));
    ArrayNode failed = root.putArray("failed");
    for (Outcome.Failed<long[]> failure : failures) {
      failed.addObject().put("image", failure.name()).put("reason", failure.reason());
    }
    ArrayNode left = root.putArray("skipped");
    for (FoundImages.Skipped folder : skipped) {
      left.addObject().put("folder", folder.folder().toString()).put("what", folder.what());
    }
    return root;
  }

  private void addImage(ObjectNode node, String image, long[] pixels) {
    node.put("image", image);
    MaskFile file = files.get(image);
    if (file != null) {
      node.put("mask", file.mask().toString());
    }
    addClasses(node.putArray("classes"), pixels);
  }

  /** Those that occur. */
  private void addClasses(ArrayNode classes, long[] pixels) {
    long all = LongStream.of(pixels).sum();
    for (int i = 0; i < pixels.length; i++) {
      if (pixels[i] > 0) {
        ObjectNode one = classes.addObject();
        one.put("class", i);
        one.put("name", name(i));
        one.put("pixels", pixels[i]);
        one.put("share", (double) pixels[i] / all);
      }
    }
  }
}
