package io.repfold.cli;

import io.repfold.fold.FoldReport;
import io.repfold.fold.FoldReport.Folded;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Value;
import io.repfold.pipeline.Phrases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Says which regions hold for one size of the inputs only, and whose size that is. */
final class OneSize {
  private static final int FEW_REGIONS = 3;

  private OneSize() {}

  /** A sentence for the regions of each size; empty if all hold for all that the model takes. */
  static String text(FoldReport report, Graph original, boolean all) {
    Map<Map<String, String>, List<String>> regions =
        report.folded().stream()
            .filter(region -> !region.holdsFor().isEmpty())
            .collect(
                Collectors.groupingBy(
                    Folded::holdsFor,
                    LinkedHashMap::new,
                    Collectors.mapping(Folded::target, Collectors.toList())));
    StringBuilder text = new StringBuilder();
    regions.forEach(
        (sizes, targets) ->
            text.append(
                "H%s: %s\n"
                    .formatted(
                        of(sizes, original).substring(1),
                        Phrases.few(targets, all ? targets.size() : FEW_REGIONS))));
    return text.toString();
  }

  /** For one region, such as {@code holds for inputs of 1x3x224x224 only}. */
  static String of(Map<String, String> sizes, Graph original) {
    String inputs =
        sizes.size() == 1
            ? sizes.values().iterator().next()
            : sizes.entrySet().stream()
                .map(e -> "%s %s".formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining(" and "));
    boolean declared =
        original.inputs().stream()
            .filter(input -> sizes.containsKey(input.name()))
            .allMatch(input -> declared(input).equals(sizes.get(input.name())));
    return "holds for inputs of %s only, %s"
        .formatted(
            inputs,
            declared
                ? "the size that the file declares"
                : "the size that --shape gives; the result takes no other");
  }

  private static String declared(Value input) {
    return input
        .shape()
        .map(shape -> shape.dims().stream().map(Dim::toString).collect(Collectors.joining("x")))
        .orElse("");
  }
}
