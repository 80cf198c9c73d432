package io.repfold.cli;

import io.repfold.check.OutputReport;
import io.repfold.check.PartError;
import io.repfold.check.SampleResult;
import io.repfold.check.Verdict;
import io.repfold.image.Mask;
import io.repfold.image.Palette;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.SegmentationPictures;
import io.repfold.pipeline.compare.SegmentedOutput;
import io.repfold.pipeline.compare.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code repfold verify} found, as a self-contained HTML page. */
final class VerifyPage {
  /** In the order of {@link SegmentationPictures#CHANGES}. */
  private static final Palette CHANGES = Palette.of(0xeceff2, 0x5b6573, 0xe0a21b, 0xb3261e);

  private static final List<String> CHANGE_NAMES =
      List.of("same class", "NaN", "another class, within the margin", "another class, beyond it");

  private VerifyPage() {}

  static String of(VerifyOutcome outcome) {
    Verification verification = outcome.verification();
    Map<String, Object> page = new LinkedHashMap<>();
    page.put(
        "title",
        "%s beside %s"
            .formatted(outcome.candidate().getFileName(), outcome.reference().getFileName()));
    page.put("tool", "repfold " + Release.version());
    page.put("holds", outcome.holds());
    page.put("summary", VerificationText.summary(verification));
    page.put("warnings", outcome.warnings());
    page.put("compared", Pages.table(List.of("", "", ""), compared(outcome)));
    page.put(
        "outputs", Pages.table(VerificationText.headings(), VerificationText.rows(verification)));
    page.put("different", different(verification));
    page.put("segmentation", segmentation(verification));
    page.put("layers", outcome.layers().map(VerifyPage::layers).map(List::of).orElse(List.of()));
    List<String> notes =
        outcome.holds() ? verification.remarks() : List.copyOf(verification.notes());
    page.put("notes", notes);
    page.put("hasNotes", !notes.isEmpty());
    return Pages.render("verify-report", page);
  }

  private static List<List<String>> compared(VerifyOutcome outcome) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("reference", outcome.reference().toString(), sha256(outcome.reference())));
    rows.add(List.of("candidate", outcome.candidate().toString(), sha256(outcome.candidate())));
    for (Verification.Run run : outcome.verification().runs()) {
      rows.add(List.of(run.setting(), run.report().reference(), run.report().candidate()));
    }
    rows.add(
        List.of(
            "inputs",
            outcome.verification().inputs() + Text.chosenSizes(outcome.verification().chosen()),
            ""));
    return rows;
  }

  /** Of a folder of golden outputs, that of the file that names all others. */
  private static String sha256(Path file) {
    Path named = Files.isDirectory(file) ? file.resolve("golden.json") : file;
    return "SHA-256 " + ModelFile.sha256(named);
  }

  /** Every sample of every output that differs. */
  private static List<Map<String, Object>> different(Verification verification) {
    List<List<String>> rows = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (OutputReport output : run.report().outputs()) {
        for (SampleResult sample : output.samples()) {
          if (sample.verdict() instanceof Verdict.Different different) {
            rows.add(row(run.setting(), output.name(), sample, different));
          }
        }
      }
    }
    return rows.isEmpty()
        ? List.of()
        : List.of(
            Pages.table(
                List.of(
                    "setting",
                    "output",
                    "sample",
                    "worst in",
                    ">error",
                    ">allowed",
                    ">noise",
                    "reason"),
                rows));
  }

  private static List<String> row(
      String setting, String output, SampleResult sample, Verdict.Different different) {
    List<String> row = new ArrayList<>(List.of(setting, output, sample.label()));
    if (sample.comparison().isPresent()) {
      PartError worst = sample.comparison().get().worstPart();
      row.add(worst.where());
      row.add(Phrases.small(worst.error()));
      row.add(Phrases.small(worst.allowed()));
      row.add(Double.isNaN(worst.noise()) ? "-" : Phrases.small(worst.noise()));
    } else {
      row.addAll(List.of("-", "-", "-", "-"));
    }
    row.add(String.join("; ", different.reasons()));
    return row;
  }

  private static List<Map<String, Object>> segmentation(Verification verification) {
    List<List<String>> rows = SegmentationText.rows(verification);
    if (rows.isEmpty()) {
      return List.of();
    }
    List<Map<String, Object>> pictures = new ArrayList<>();
    for (Verification.Run run : verification.runs()) {
      for (SegmentedOutput output : run.segmentations()) {
        for (SegmentedOutput.Sample sample : output.samples()) {
          sample
              .pictures()
              .ifPresent(p -> pictures.add(row(run.setting(), output.output(), sample, p)));
        }
      }
    }
    List<Map<String, Object>> legend = new ArrayList<>();
    for (int i = 0; i < CHANGE_NAMES.size(); i++) {
      legend.add(
          Map.of(
              "color", "#%06x".formatted(CHANGES.color(i)),
              "name", CHANGE_NAMES.get(i)));
    }
    return List.of(
        Map.of(
            "figures",
            Pages.table(SegmentationText.headings(), rows),
            "classes",
            Pages.table(SegmentationText.classHeadings(), SegmentationText.classRows(verification)),
            "pictures",
            pictures,
            "legend",
            legend));
  }

  private static Map<String, Object> row(
      String setting, String output, SegmentedOutput.Sample sample, SegmentationPictures pictures) {
    return Map.of(
        "name", "%s, %s, %s".formatted(setting, output, sample.label()),
        "changed",
            "%s of %s pixels"
                .formatted(
                    Phrases.count(sample.comparison().all().changed()),
                    Phrases.count(sample.comparison().all().pixels())),
        "images",
            List.of(
                image("classes of the reference", pictures.reference(), Palette.voc()),
                image("classes of the candidate", pictures.candidate(), Palette.voc()),
                image("what changed", pictures.changes(), CHANGES)));
  }

  private static Map<String, Object> image(String alt, Mask mask, Palette palette) {
    return Map.of("alt", alt, "png", Base64.getEncoder().encodeToString(mask.png(palette)));
  }

  private static Map<String, Object> layers(LayerComparison layers) {
    return Map.of(
        "holds",
        layers.holds(),
        "layerSummary",
        layers.summary(),
        "tensors",
        Pages.table(VerificationText.layerHeadings(), VerificationText.rows(layers)));
  }
}
