package io.repfold.precision.int8;

import io.repfold.precision.Agreement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says what became of each layer. */
final class LayerReports {
  private LayerReports() {}

  /**
   * All nodes with weights, in the graph's order.
   *
   * @param excluded left out for the outputs' sake
   * @param alone what each layer alone does to the outputs, where that was measured
   */
  static List<QuantizationReport.Layer> of(
      Draft draft, Set<String> excluded, Map<String, Agreement.Score> alone) {
    QuantizationPlan plan = draft.plan(excluded);
    Map<String, IntegerGrid> grids = draft.grids(plan);
    String given =
        plan.layers().isEmpty()
            ? "the target was not reached with any layer in integers"
            : "quantized alone it costs most: the target was not reached with it";
    List<QuantizationReport.Layer> layers = new ArrayList<>();
    draft
        .unquantized()
        .nodes()
        .forEach(
            node -> {
              if (node.outputs().isEmpty()) {
                return;
              }
              String name = node.output();
              String refused = plan.refused().get(name);
              boolean quantized = plan.unitOf(node).flatMap(QuantizedUnit::layer).isPresent();
              if (refused == null && !quantized) {
                return;
              }
              String because = refused == null ? "" : refused;
              if (excluded.contains(name)) {
                because = given;
              } else if (draft.slow().contains(name)) {
                because = "integers do not pay here, by the measured time";
              }
              IntegerGrid grid = quantized ? grids.get(plan.source(node.input(0))) : null;
              Agreement.Score score = alone.get(name);
              layers.add(
                  new QuantizationReport.Layer(
                      name,
                      node.op().type(),
                      quantized,
                      because,
                      grid == null ? Double.NaN : grid.scale(),
                      grid == null ? 0 : grid.zeroPoint(),
                      draft.decibels(name),
                      score == null ? Double.NaN : score.decibels(),
                      score == null ? Double.NaN : score.agreement()));
            });
    return layers;
  }
}
