package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.bench.Contender;
import io.repfold.bench.Timing;
import io.repfold.pipeline.Phrases;
import io.repfold.tensorrt.DeviceEngine;
import io.repfold.tensorrt.PlanLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of the plan that a contender runs, beside the time of all of them together: the Java
 * binding of TensorRT has no profiler that Java could be, so that the times of single layers stay
 * untold.
 *
 * @param label of the contender
 */
record BenchLayers(String label, List<PlanLayer> layers) {
  BenchLayers {
    layers = List.copyOf(layers);
  }

  /** Those of all contenders that run plans. */
  static List<BenchLayers> of(List<Contender> contenders) {
    List<BenchLayers> all = new ArrayList<>();
    for (Contender contender : contenders) {
      if (contender.engine() instanceof DeviceEngine engine) {
        all.add(new BenchLayers(contender.label(), engine.layers()));
      }
    }
    return all;
  }

  /**
   * A table, under a line with the time that was measured.
   *
   * @param timings of all contenders
   */
  String text(List<Timing> timings) {
    String compute =
        timings.stream()
            .filter(timing -> timing.label().equals(label))
            .flatMap(timing -> timing.stages().stream())
            .findFirst()
            .map(stages -> Phrases.fixed(stages.compute().median(), 3) + " ms in all, the median")
            .orElse("no time was measured on the device");
    return "%s of %s: %s; TensorRT tells Java no times of single layers\n%s"
        .formatted(
            Phrases.plural(layers.size(), "layer"), label, compute, CompileReport.table(layers));
  }

  static ArrayNode json(List<BenchLayers> all) {
    ArrayNode array = (ArrayNode) Json.of(List.of());
    for (BenchLayers one : all) {
      ObjectNode node = array.addObject();
      node.put("label", one.label());
      node.set("layers", Json.of(one.layers()));
    }
    return array;
  }
}
