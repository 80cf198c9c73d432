package io.repfold.cli;

import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.precision.OutputKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How good the outputs of a converted model must be. */
final class JudgeOptions {
  @Option(
      names = "--judge",
      paramLabel = "[OUTPUT=]KIND",
      description =
          "What an output is, or all of them: classes (the best one counts), scores (the side of"
              + " --threshold), values, boxes (each column by itself), image, labels or none (not"
              + " judged). By default what the graph shows. Repeatable.")
  private final List<String> kinds = new ArrayList<>();

  @Option(
      names = "--target-agreement",
      paramLabel = "SHARE",
      description =
          "The share of decisions that must stay the same on the samples, at each output of classes,"
              + " scores or labels (default: 0.999 for fp16, 0.99 for bf16 and int8).")
  private @Nullable Double agreement;

  @Option(
      names = "--target-error",
      paramLabel = "FRACTION",
      description =
          "The largest root mean square error of values, boxes and scores, as a fraction of their"
              + " range on the samples (default: 0.005 for fp16, 0.02 for bf16 and int8).")
  private @Nullable Double error;

  @Option(
      names = "--target-snr",
      paramLabel = "DB",
      description =
          "The least ratio of images to their errors, in dB (default: 50 for fp16, 35 for bf16, 25"
              + " for int8).")
  private @Nullable Double snr;

  /** A request with what was asked for. */
  ConversionRequest in(ConversionRequest request) {
    ConversionRequest result = request.withJudged(kinds());
    result = agreement == null ? result : result.withTargetAgreement(agreement);
    result = error == null ? result : result.withTargetError(error);
    return snr == null ? result : result.withTargetSnr(snr);
  }

  private Map<String, OutputKind> kinds() {
    Map<String, OutputKind> found = new LinkedHashMap<>();
    for (String text : kinds) {
      int at = text.lastIndexOf('=');
      found.put(at < 0 ? "*" : text.substring(0, at), kind(text.substring(at + 1)));
    }
    return found;
  }

  private static OutputKind kind(String text) {
    return Arrays.stream(OutputKind.values())
        .filter(kind -> kind.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--judge: there is no kind '%s'; the kinds are %s"
                        .formatted(
                            text,
                            Arrays.stream(OutputKind.values())
                                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")))));
  }
}
