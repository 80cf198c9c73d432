package io.repfold.samples;

import io.repfold.check.RandomInputs;
import io.repfold.check.Tolerance;
import io.repfold.check.VerificationReport;
import io.repfold.check.Verifier;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.Map;

/** Folds an ONNX file, says what became of each region, and compares the two files. */
public final class FoldAndVerify {
  private FoldAndVerify() {}

  /** Takes the model to read and the file to write. */
  public static void main(String[] arguments) {
    Path model = Path.of(arguments[0]);
    Path folded = Path.of(arguments[1]);

    OnnxModel onnx = OnnxModel.read(model);
    Folder.Result result = Folder.fold(onnx.graph());
    onnx.withGraph(result.graph()).write(folded);

    for (FoldReport.Folded region : result.report().folded()) {
      System.out.println("folded " + region.target() + " to " + region.became());
    }
    for (FoldReport.LeftAlone left : result.report().leftAlone()) {
      System.out.println("left " + left.node() + " alone: " + left.reasons());
    }

    Backend cpu = Backends.onnxRuntimeCpu();
    EngineOptions options = EngineOptions.defaults();
    try (Engine reference = cpu.load(model, options);
        Engine candidate = cpu.load(folded, options)) {
      var inputs = RandomInputs.samples(reference.inputs(), 0, Map.of(), 3);
      VerificationReport report = Verifier.verify(reference, candidate, inputs, Tolerance.NETWORK);
      System.out.println("equivalent: " + report.verdict().isEquivalent());
    }
  }
}
