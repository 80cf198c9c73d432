package io.repfold.pipeline.fold;

import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.JsonReader;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.files.TemporaryFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether what a folded file says about its fold is true: the original is folded again as the
 * certificate tells, and its hash, regions, largest error bound, report, and the folded graph with
 * all weights are compared.
 *
 * @param regions of the certificate
 * @param largestErrorBound of the certificate: how far rounding the new weights can move an output
 *     of a region, for inputs between -1 and 1
 * @param differences in sentences; none if all of it is true
 */
public record CertificateCheck(int regions, double largestErrorBound, List<String> differences) {
  public CertificateCheck {
    differences = List.copyOf(differences);
  }

  public boolean holds() {
    return differences.isEmpty();
  }

  /**
   * Checks.
   *
   * @param folded as {@link FoldFile} wrote it
   * @param original that it is said to be folded from
   * @throws PipelineException if the file has no certificate, or one that cannot be read; or the
   *     original cannot be folded so
   */
  public static CertificateCheck of(Path folded, Path original) {
    ModelFile file = ModelFile.read(folded);
    JsonObject said = certificate(folded, file.model());
    ModelFile source = ModelFile.read(original);
    List<String> differences = new ArrayList<>();
    try {
      compare(differences, "the SHA-256 of the original", said.text("source"), source.sha256());
      if (!differences.isEmpty()) {
        return new CertificateCheck(
            (int) said.number("regions"), said.number("largestErrorBound"), differences);
      }
      JsonObject found = foldedAgain(said, source, file.model(), differences);
      compare(
          differences, "the number of regions", said.number("regions"), found.number("regions"));
      compare(
          differences,
          "the largest error bound",
          said.number("largestErrorBound"),
          found.number("largestErrorBound"));
      if (said.text("tool").equals(found.text("tool"))) {
        compare(
            differences, "the SHA-256 of the report", said.text("report"), found.text("report"));
      }
      return new CertificateCheck(
          (int) said.number("regions"), said.number("largestErrorBound"), differences);
    } catch (IllegalArgumentException e) {
      throw PipelineException.work(
          "%s: its certificate (%s) cannot be read: %s"
              .formatted(folded, Certificate.KEY, e.getMessage()),
          e);
    }
  }

  private static JsonObject certificate(Path folded, OnnxModel model) {
    String text = model.metadata().get(Certificate.KEY);
    if (text == null) {
      throw PipelineException.work(
          "%s: has no certificate (metadata '%s'); FoldFile writes one into what it folds"
              .formatted(folded, Certificate.KEY));
    }
    try {
      return JsonObject.of(JsonReader.read(text), "a certificate");
    } catch (IllegalArgumentException e) {
      throw PipelineException.work(
          "%s: its certificate (%s) cannot be read: %s"
              .formatted(folded, Certificate.KEY, e.getMessage()),
          e);
    }
  }

  private static JsonObject foldedAgain(
      JsonObject said, ModelFile source, OnnxModel folded, List<String> differences) {
    FoldSettings settings =
        FoldSettings.of(
            said.optional("options")
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "it has no 'options': an older release wrote it, not %s; fold again"
                                .formatted(Release.version()))));
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      Path again = folder.path().resolve("again.onnx");
      settings.foldOf(source).to(again, Steps.UNHEARD);
      OnnxModel model = OnnxModel.read(again);
      if (!model.graph().equals(folded.graph())) {
        differences.add(
            "folding the original again gives another graph, or other weights, than the file has");
      }
      return certificate(again, model);
    }
  }

  private static void compare(List<String> differences, String what, Object said, Object found) {
    if (!said.equals(found)) {
      differences.add("%s is %s, not %s as the certificate says".formatted(what, found, said));
    }
  }
}
