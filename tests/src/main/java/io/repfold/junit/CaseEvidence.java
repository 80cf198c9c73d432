package io.repfold.junit;

import io.repfold.check.Tolerance;
import io.repfold.graph.InvalidGraphException;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonSetting;
import io.repfold.pipeline.compare.LayerComparison;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.compare.WorstSample;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.part.Bisection;
import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What shows where two models differ, in lines and files. Whatever of it cannot be had is told as a
 * line, so that the difference itself is what a test reports.
 *
 * @param folder for the files
 */
record CaseEvidence(
    Path reference, Path candidate, SampleSource inputs, Tolerance tolerance, Path folder) {

  /** The worst sample, the map of its errors, and the part that differs. */
  List<String> of(RewriteComparison found, List<ComparisonSetting> settings) {
    List<String> lines = new ArrayList<>();
    found
        .verification()
        .ifPresent(
            verification ->
                lines.addAll(
                    told(
                        "The worst sample cannot be shown",
                        () ->
                            worst(
                                WorstSample.of(
                                    reference, candidate, inputs, settings, verification)))));
    lines.addAll(told("No part was looked for", this::part));
    return lines;
  }

  private static List<String> told(String failure, Supplier<List<String>> work) {
    try {
      return work.get();
    } catch (EngineException
        | PipelineException
        | OnnxFormatException
        | InvalidGraphException
        | UncheckedIOException e) {
      return List.of("%s: %s".formatted(failure, e.getMessage()));
    }
  }

  private List<String> worst(Optional<WorstSample> worst) {
    List<String> lines = new ArrayList<>();
    worst.ifPresent(
        sample -> {
          lines.add(sample.text());
          sample
              .errorMap()
              .ifPresent(
                  png -> {
                    Path file = folder().resolve("error.png");
                    make();
                    StagedFile.write(file, png);
                    lines.add(
                        "Map of its errors, white where they are largest: %s".formatted(file));
                  });
        });
    return lines;
  }

  private List<String> part() {
    make();
    Path target = folder.resolve("part");
    Bisection bisection =
        Bisection.run(
            reference, candidate, inputs, InputValues.NONE, tolerance, target, Steps.UNHEARD);
    List<String> lines = new ArrayList<>(bisection.text());
    if (bisection.fault().isPresent()) {
      lines.add("The part of both models, with its inputs: %s".formatted(target));
    } else {
      lines.add(
          LayerComparison.run(reference, candidate, inputs, InputValues.NONE, tolerance).summary());
    }
    return lines;
  }

  private void make() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be made: %s".formatted(folder, e.getMessage()), e);
    }
  }
}
