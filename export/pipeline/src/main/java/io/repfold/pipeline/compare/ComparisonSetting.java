package io.repfold.pipeline.compare;

import io.repfold.pipeline.inputs.InputValues;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineOptions;
import java.util.List;
import java.util.function.Function;

/**
 * Where two models run while they are compared.
 *
 * @param name for people and programs, such as {@code optimizer off} or {@code tensorrt beside
 *     ort-cpu}
 */
public record ComparisonSetting(
    String name,
    Backend reference,
    EngineOptions referenceOptions,
    Backend candidate,
    EngineOptions candidateOptions) {

  /** Both models in ONNX Runtime on the CPU, first as they are written, then as users run them. */
  public static List<ComparisonSetting> optimizerOffAndOn(EngineOptions on) {
    Backend cpu = Backends.onnxRuntimeCpu();
    EngineOptions off = on.withoutOptimizer();
    return List.of(
        new ComparisonSetting("optimizer off", cpu, off, cpu, off),
        new ComparisonSetting("optimizer on", cpu, on, cpu, on));
  }

  /**
   * The candidate likewise, but the reference only as it is written, which is one session less: the
   * optimizer is to change nothing.
   */
  static List<ComparisonSetting> candidateOptimizerOffAndOn(EngineOptions on) {
    Backend cpu = Backends.onnxRuntimeCpu();
    EngineOptions off = on.withoutOptimizer();
    return List.of(
        new ComparisonSetting("optimizer off", cpu, off, cpu, off),
        new ComparisonSetting("optimizer on", cpu, off, cpu, on));
  }

  /** Whether the reference runs as in another setting, and so gives the same. */
  boolean hasReferenceOf(ComparisonSetting other) {
    return reference.id().equals(other.reference.id())
        && referenceOptions.equals(other.referenceOptions);
  }

  /** Whether the candidate runs in ONNX Runtime on the CPU with its optimizer on. */
  boolean optimizesCandidateOnCpu() {
    return candidate.id().equals(Backends.onnxRuntimeCpu().id()) && candidateOptions.optimize();
  }

  /** The same with values for inputs of both models, where they have such inputs. */
  public ComparisonSetting with(InputValues values) {
    return new ComparisonSetting(
        name, values.in(reference), referenceOptions, values.in(candidate), candidateOptions);
  }

  /**
   * The candidate on each of several engines as users run it, beside the reference on one as it is
   * written.
   */
  public static List<ComparisonSetting> engines(
      Backend reference, List<Backend> candidates, Function<Backend, EngineOptions> options) {
    return candidates.stream()
        .map(
            candidate ->
                new ComparisonSetting(
                    candidate.id() + " beside " + reference.id(),
                    reference,
                    options.apply(reference).withoutOptimizer(),
                    candidate,
                    options.apply(candidate)))
        .toList();
  }

  /** The candidate on each of several engines as users run it, beside golden outputs. */
  public static List<ComparisonSetting> besideGolden(
      List<Backend> candidates, Function<Backend, EngineOptions> options) {
    return candidates.stream()
        .map(
            candidate -> {
              EngineOptions own = options.apply(candidate);
              String name = candidate.id() + " beside the recording";
              return new ComparisonSetting(name, candidate, own, candidate, own);
            })
        .toList();
  }
}
