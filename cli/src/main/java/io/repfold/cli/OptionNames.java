package io.repfold.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says by options what libraries say by the methods of their requests. */
final class OptionNames {
  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("withShapes", "--shape"),
          Map.entry("withConstantWeights", "--constant-weights"),
          Map.entry("withInputs", "--input"),
          Map.entry("withSlowerAllowed", "--allow-slower"),
          Map.entry("withOpset", "--opset"),
          Map.entry("withGrowth", "--allow-growth"),
          Map.entry("withMatch", "--match"),
          Map.entry("withTf32", "with --tf32"),
          Map.entry("withMean", "--mean"),
          Map.entry("withDeviation", "--std"),
          Map.entry("withData", "--data"),
          Map.entry("withRandom", "--random"),
          Map.entry("withMost", "--samples"),
          Map.entry("withThreshold", "--threshold"),
          Map.entry("withBudget", "--budget"),
          Map.entry("withSegmentation", "--segmentation"),
          Map.entry("withKept", "--keep"),
          Map.entry("withTargetAgreement", "--target-agreement"),
          Map.entry("withTargetError", "--target-error"),
          Map.entry("withTargetSnr", "--target-snr"),
          Map.entry("withJudged", "--judge"),
          Map.entry("withMeasuredSpeed", "--measure"),
          Map.entry("withSearchSeconds", "--search-seconds"),
          Map.entry("withHalfBoundary", "--io half"),
          Map.entry("withWeightBits", "--weight-bits"),
          Map.entry("withFrom", "--from"),
          Map.entry("withTo", "--to"),
          Map.entry("Request.classes", "--classes"),
          Map.entry("Graph.nodes", "'repfold inspect --nodes'"),
          Map.entry("HalfReport.islands", "the table above"),
          Map.entry("FoldFile", "'repfold fold'"),
          Map.entry("LayerComparison.run", "'repfold verify --layers'"),
          Map.entry("Backends.byId", "--engine tensorrt of bench and verify"));

  private static final Pattern METHOD =
      Pattern.compile(
          "(?<=^|[ (])("
              + OPTIONS.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"))
              + ")(?=$|[ ,:;)]|\\.(?: |$))");

  private OptionNames() {}

  /** The text with the names of options in the place of those of methods. */
  static String in(String text) {
    return METHOD
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(OPTIONS.getOrDefault(found.group(), "")));
  }
}
