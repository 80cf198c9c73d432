package io.repfold.pipeline.fold;

import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.inputs.InputValues;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a fold was asked for, as reports and certificates hold it.
 *
 * @param allowGrowth the factor by which multiply-adds may grow
 * @param shapes the input shapes that were fixed
 * @param inputs the inputs that were given values
 * @param constantWeights whether weights that callers may override were taken as constants
 * @param opset that was asked for
 */
record FoldSettings(
    double allowGrowth,
    Map<String, long[]> shapes,
    Map<String, Double> inputs,
    boolean constantWeights,
    @Nullable Integer opset) {
  FoldSettings {
    shapes = new TreeMap<>(shapes);
    inputs = new TreeMap<>(inputs);
  }

  static FoldSettings of(FoldFile file) {
    return new FoldSettings(
        file.growth(),
        file.shapes(),
        file.inputs().numbers(),
        file.source().model().tookWeightsAsConstants(),
        file.opset().isPresent() ? file.opset().getAsInt() : null);
  }

  /** As an object of JSON, which leaves out what was not asked for. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("allowGrowth", allowGrowth);
    members.put("shapes", shapes);
    members.put("inputs", inputs);
    members.put("constantWeights", constantWeights);
    if (opset != null) {
      members.put("opset", opset);
    }
    return members;
  }

  /**
   * As {@link #members} gives it.
   *
   * @throws IllegalArgumentException if it is not that; names the member
   */
  static FoldSettings of(JsonObject json) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    json.optional("shapes")
        .ifPresent(all -> all.names().forEach(name -> shapes.put(name, all.integers(name))));
    Map<String, Double> inputs = new LinkedHashMap<>();
    json.optional("inputs")
        .ifPresent(all -> all.names().forEach(name -> inputs.put(name, all.number(name))));
    return new FoldSettings(
        json.number("allowGrowth"),
        shapes,
        inputs,
        json.flag("constantWeights"),
        json.optionalNumber("opset").isPresent() ? (int) json.number("opset") : null);
  }

  /** A fold of this file with the same settings, which compares nothing. */
  FoldFile foldOf(ModelFile source) {
    FoldFile plain =
        FoldFile.of(source)
            .withGrowth(allowGrowth)
            .withShapes(shapes)
            .withInputs(new InputValues(inputs))
            .withoutComparison();
    FoldFile weights = constantWeights ? plain.withConstantWeights() : plain;
    OptionalInt raised = opset == null ? OptionalInt.empty() : OptionalInt.of(opset);
    return raised.isPresent() ? weights.withOpset(raised.getAsInt()) : weights;
  }
}
