package io.repfold.cli;

import io.repfold.check.Tolerance;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.part.Bisection;
import io.repfold.runtime.VisibleText;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --bisect} of {@code verify}. */
final class BisectOption {
  @Option(
      names = "--bisect",
      paramLabel = "FOLDER",
      description =
          "If the models differ, find the smallest part of them that differs by itself, in ONNX"
              + " Runtime on the CPU with its optimizer off, and write it into this folder, which"
              + " is made or empty or has what was written before: reference-part.onnx, candidate-part.onnx, inputs.npz and bisection.json.")
  private @Nullable Path folder;

  /** Refuses, before any work is done, a folder that the part cannot be written into. */
  void check() {
    if (folder != null) {
      Bisection.check(folder);
    }
  }

  /**
   * Looks for the part, if that was asked for, and prints what was found.
   *
   * @param holds whether the models do not differ
   */
  void run(
      boolean holds,
      Path reference,
      Path candidate,
      SampleSource inputs,
      InputValues values,
      Tolerance tolerance,
      PrintWriter out) {
    if (folder == null) {
      return;
    }
    if (holds) {
      out.println("The models do not differ, so there is no part to write into " + folder);
      return;
    }
    Bisection bisection;
    try (Progress progress = Progress.of("Bisecting", Bisection.STEPS)) {
      bisection = Bisection.run(reference, candidate, inputs, values, tolerance, folder, progress);
    }
    out.println();
    bisection.text().forEach(line -> out.println(VisibleText.line(line)));
    out.println(
        bisection.fault().isPresent() ? "Wrote the part into " + folder : "Nothing was written.");
  }
}
