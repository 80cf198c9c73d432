package io.repfold.junit;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.inputs.InputFiles;
import io.repfold.pipeline.inputs.NamedShape;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.Backend;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one case is made of.
 *
 * @param name for people
 * @param precision empty for that of the candidate
 * @param input empty for random inputs
 * @param folder for what belongs to a failure
 */
record ContractCase(
    String name,
    Path reference,
    Path candidate,
    Backend engine,
    Optional<Precision> precision,
    Optional<Path> input,
    List<NamedShape> shapes,
    Path folder) {
  /** What the annotation calls the precision of the candidate itself. */
  static final String AS_IT_IS = "fp32";

  String precisionName() {
    return precision.map(p -> p.name().toLowerCase(Locale.ROOT)).orElse(AS_IT_IS);
  }

  /**
   * Refuses files that are not there.
   *
   * @throws PipelineException if one is missing
   */
  void requireFiles() {
    require(reference, "reference", Files.isRegularFile(reference));
    require(candidate, "candidate", Files.isRegularFile(candidate));
    input.ifPresent(path -> require(path, "input", Files.exists(path)));
  }

  private static void require(Path path, String what, boolean there) {
    if (!there) {
      throw PipelineException.work(
          "%s: there is no such file, and the contract names it as %s; relative paths start at %s"
              .formatted(path, what, Path.of("").toAbsolutePath()));
    }
  }

  /**
   * The shapes of inputs by name.
   *
   * @param more come first
   */
  Map<String, long[]> shapes(Map<String, long[]> more, String model, List<String> inputs) {
    Map<String, long[]> all = new LinkedHashMap<>(NamedShape.byName(shapes, model, inputs));
    all.putAll(more);
    return all;
  }

  /** What the models run on. */
  SampleSource inputs(Map<String, long[]> more, ComparisonRequest request) {
    return engine -> {
      List<String> names = engine.inputs().stream().map(TensorInfo::name).toList();
      Map<String, long[]> given = shapes(more, engine.name(), names);
      SampleSource source =
          input
              .map(path -> InputFiles.of(List.of(path), given))
              .orElseGet(
                  () ->
                      SampleSource.of(given, request.samples(), request.seed(), request.sweeps()));
      return source.of(engine);
    };
  }

  @Override
  public String toString() {
    return Phrases.shortened(name, 200);
  }
}
