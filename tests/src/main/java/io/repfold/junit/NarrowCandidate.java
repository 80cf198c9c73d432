package io.repfold.junit;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.RealTypes;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.convert.SampleRequest;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A candidate in another precision.
 *
 * @param target the share of decisions that must stay the same
 */
record NarrowCandidate(
    ContractCase parts, EquivalenceOptions options, Precision precision, double target) {

  /** Whether the candidate must be converted, as it has no such numbers yet. */
  boolean isMade() {
    Path candidate = parts.candidate();
    return switch (precision) {
      case FP16 -> !RealTypes.in(candidate).contains(ElementType.FLOAT16);
      case BF16 -> !RealTypes.in(candidate).contains(ElementType.BFLOAT16);
      case INT8 ->
          ModelFile.readIfOnnx(candidate)
              .map(file -> file.graph().nodes())
              .map(nodes -> nodes.stream().noneMatch(n -> n.op() instanceof Op.QuantizeLinear))
              .orElse(true);
    };
  }

  /** Where the converted file lies. */
  Path file() {
    return parts.folder().resolve("%s.onnx".formatted(parts.precisionName()));
  }

  /**
   * Folds and converts the candidate.
   *
   * @return why there is no file; nothing if there is one
   */
  List<String> make() {
    ModelFile source = ModelFile.read(parts.candidate());
    try {
      Files.createDirectories(parts.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be made: %s".formatted(parts.folder(), e.getMessage()), e);
    }
    SampleRequest usual =
        SampleRequest.NONE.withSeed(options.seed()).withThreshold(options.threshold());
    SampleRequest samples =
        parts
            .input()
            .map(path -> usual.withData(List.of(path)))
            .orElseGet(() -> usual.withRandom(options.samples()));
    ConversionRequest request =
        ConversionRequest.to(precision)
            .withSamples(samples)
            .withShapes(parts.shapes(options.shapes(), source.path().toString(), source.inputs()))
            .withTargetAgreement(target);
    if (precision == Precision.INT8 && parts.engine().id().endsWith("tensorrt")) {
      request = request.withIntegers(QuantizationOptions.of(QuantizationTarget.TENSORRT));
    }
    return reasons(new ConvertFile(source, request).to(file()));
  }

  private List<String> reasons(ConvertOutcome outcome) {
    if (outcome.holds()) {
      return List.of();
    }
    List<String> reasons = new ArrayList<>();
    String samples = outcome.samples().description();
    reasons.add(
        outcome
            .conversion()
            .refusal()
            .orElseGet(
                () ->
                    outcome
                        .worst()
                        .filter(worst -> outcome.agreement().isPresent())
                        .map(worst -> "converted, " + worst.worstText() + ", on " + samples)
                        .orElse("converted, it decides nothing on " + samples)));
    reasons.addAll(outcome.remarks());
    return reasons;
  }
}
