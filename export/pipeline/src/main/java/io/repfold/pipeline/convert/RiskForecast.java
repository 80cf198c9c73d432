package io.repfold.pipeline.convert;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.fold.OnnxRuntimeMatrixProduct;
import io.repfold.precision.int8.Int8Conversion;
import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationReport;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.risk.FoldRisk;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.util.List;
import java.util.Map;

/**
 * What narrow numbers will do to the blocks of a model.
 *
 * @param samples on which int8 was measured; empty for a forecast from weights alone
 */
public record RiskForecast(List<FoldRisk.Block> blocks, String samples) {
  public static final RiskForecast NONE = new RiskForecast(List.of(), "");

  /**
   * @param graph the model's, with the shapes that were given
   */
  public static RiskForecast of(
      ModelFile file, Graph graph, Map<String, long[]> shapes, SampleRequest request) {
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct()) {
      FoldOptions fold = FoldOptions.DEFAULT.withProduct(product);
      List<FoldRisk.Block> blocks = FoldRisk.forecast(graph, fold);
      if (!request.given() || blocks.isEmpty()) {
        return new RiskForecast(blocks, "");
      }
      try (Engine engine = Backends.onnxRuntimeCpu().load(file.path(), EngineOptions.defaults())) {
        ConversionSamples samples = ConversionSamples.of(engine, shapes, request);
        List<QuantizationReport.Layer> layers =
            Int8Conversion.measure(
                Folder.fold(file.graph(), fold).graph(),
                OnnxRuntimeSamples.of(file.model(), samples.compared()),
                QuantizationOptions.of(QuantizationTarget.CPU),
                Int8Conversion.Goal.of(
                    file.graph(),
                    JudgeRequest.USUAL.targets(Precision.INT8, true, request.threshold())));
        return new RiskForecast(
            FoldRisk.measured(blocks, layers, Precision.INT8.target()), samples.description());
      }
    }
  }

  public boolean isMeasured() {
    return !samples.isEmpty();
  }
}
