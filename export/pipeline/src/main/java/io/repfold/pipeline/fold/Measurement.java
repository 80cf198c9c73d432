package io.repfold.pipeline.fold;

import io.repfold.bench.BenchReport;
import io.repfold.bench.Benchmark;
import io.repfold.bench.Contender;
import io.repfold.bench.Distribution;
import io.repfold.bench.Pace;
import io.repfold.bench.Timing;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.InputShapes;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How long a folded model and its original took by turns on this machine, in ONNX Runtime on the
 * CPU with its optimizer on.
 *
 * @param report of the original and then the folded model
 * @param shapes of the inputs
 * @param slowerAllowed whether the folded model is written even if it is slower
 */
public record Measurement(BenchReport report, InputShapes shapes, boolean slowerAllowed) {
  /**
   * Times both.
   *
   * @param sizes of the inputs, where the models leave them open
   * @param values of inputs, for the models that have them
   * @throws io.repfold.pipeline.PipelineException if no size of an open input is taken
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  static Measurement of(
      Path original,
      Path folded,
      Map<String, long[]> sizes,
      InputValues values,
      MeasurementRequest request) {
    Backend backend = values.in(Backends.onnxRuntimeCpu());
    EngineOptions options = EngineOptions.defaults();
    try (Engine first = backend.load(original, options);
        Engine second = backend.load(folded, options)) {
      InputShapes shapes = InputShapes.find(first, sizes);
      BenchReport report =
          Benchmark.compare(
              List.of(new Contender("original", first), new Contender("folded", second)),
              InputShapes.random(first, 0, shapes.sizes()),
              request.options());
      return new Measurement(report, shapes, request.slowerAllowed());
    }
  }

  /** The folded model's. */
  public Timing folded() {
    return report.timings().get(1);
  }

  /** Whether the folded model is as fast as the original, or may be slower. */
  public boolean holds() {
    return slowerAllowed || folded().pace() != Pace.SLOWER;
  }

  /** The verdict in a sentence. */
  public String summary() {
    Distribution ratio = folded().speedup();
    String figures =
        "%s times the speed of the original (quartiles %s to %s)"
            .formatted(
                Phrases.fixed(ratio.median(), 3),
                Phrases.fixed(ratio.lowerQuartile(), 3),
                Phrases.fixed(ratio.upperQuartile(), 3));
    return switch (folded().pace()) {
      case FASTER -> "Measured: the folded model has " + figures;
      case NO_DIFFERENCE ->
          "Measured: no difference in speed can be told; the folded model has " + figures;
      case SLOWER ->
          "SLOWER on this machine: the folded model has %s%s"
              .formatted(
                  figures, slowerAllowed ? "" : "; withSlowerAllowed writes it all the same");
    };
  }
}
