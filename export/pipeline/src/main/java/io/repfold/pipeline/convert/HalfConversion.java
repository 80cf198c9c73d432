package io.repfold.pipeline.convert;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.precision.Ranges;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.precision.half.HalfReport;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model in float16 or bfloat16.
 *
 * @param ranges how many tensors have a range; 0 without samples
 * @param infinite values that hold infinities in float32 too
 */
public record HalfConversion(Graph graph, HalfReport report, int ranges, Set<String> infinite)
    implements Conversion {
  static HalfConversion of(ConversionSource source, HalfOptions precision) {
    HalfOptions options =
        precision
            .withBoundary(source.request().keepsBoundary())
            .withFloat32(KeptNodes.of(source.graph(), source.request().kept()));
    Ranges ranges = Ranges.NONE;
    if (!source.samples().isEmpty()) {
      OnnxRuntimeSamples samples =
          OnnxRuntimeSamples.withMasks(source.file().model(), source.samples());
      Map<String, ElementType> types = samples.types(source.graph());
      ranges = Ranges.over(source.graph(), samples, floats(types));
      options = options.withTypes(types);
      if (!ranges.byValue().isEmpty()) {
        options = options.withRanges(ranges.byValue());
      }
    }
    HalfPrecision.Result result = HalfPrecision.convert(source.graph(), options);
    return new HalfConversion(
        result.graph(), result.report(), ranges.byValue().size(), ranges.infinite());
  }

  @Override
  public HalfConversion withGraph(Graph same) {
    return new HalfConversion(same, report, ranges, infinite);
  }

  private static Set<String> floats(Map<String, ElementType> types) {
    return types.keySet().stream()
        .filter(name -> types.get(name) == ElementType.FLOAT)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public boolean runsOnCpu() {
    return report.type() == ElementType.FLOAT16;
  }

  @Override
  public List<String> remarks() {
    return report.halfNodes() > 0
        ? List.of()
        : List.of("No node computes in %s; HalfReport.islands says why.".formatted(type()));
  }

  private String type() {
    return report.type().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String summary() {
    return "%s, %d nodes of %d in float32"
        .formatted(type(), report.islands().size(), report.islands().size() + report.halfNodes());
  }
}
