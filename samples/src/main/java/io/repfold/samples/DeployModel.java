package io.repfold.samples;

import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.convert.SampleRequest;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import java.nio.file.Path;

/**
 * Folds an ONNX file and writes it in float16, each compared with its original before it appears.
 */
public final class DeployModel {
  private DeployModel() {}

  /** Takes the model to read, and the folded file and the float16 file to write. */
  public static void main(String[] arguments) {
    Path folded = Path.of(arguments[1]);
    FoldOutcome fold = FoldFile.of(Path.of(arguments[0])).to(folded);
    fold.report().folded().forEach(region -> System.out.println("folded " + region.target()));
    fold.comparison().verification().ifPresent(found -> System.out.println(found.summary()));
    System.out.println("certificate: " + fold.certificate().orElse("none, as nothing changed"));

    var samples = SampleRequest.NONE.withRandom(4); // or withData: photos, .npy and .npz files
    var request =
        ConversionRequest.to(Precision.FP16).withSamples(samples).withTargetAgreement(0.99);
    ConvertOutcome half = ConvertFile.of(folded, request).to(Path.of(arguments[2]));
    System.out.printf(
        "float16: %.2f %% of decisions stay the same, %s%n",
        100 * half.agreement().orElse(0), half.holds() ? "written" : "too few to be written");
  }
}
