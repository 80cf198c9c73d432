package io.repfold.pipeline.part;

import io.repfold.check.Criteria;
import io.repfold.check.Judge;
import io.repfold.check.OutputResult;
import io.repfold.check.ReferenceOutputs;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.OutputAxes;
import io.repfold.pipeline.compare.ReferenceRun;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The smallest part in which two models differ, found in ONNX Runtime on the CPU with its optimizer
 * off, and written as two models between the same tensors with the inputs on which they differ.
 *
 * @param fault empty if the models do not differ there, or no part of them does by itself
 * @param differing outputs that differ, on the first sample on which any does; none if they agree
 * @param inputs what the models ran on, for people
 */
public record Bisection(Optional<Fault> fault, List<String> differing, String inputs) {
  /** How many {@link Steps} {@link #run} takes. */
  public static final int STEPS = 3;

  private static final int SHOWN = 3;

  public Bisection {
    differing = List.copyOf(differing);
  }

  /**
   * Looks for the part, and writes {@code reference-part.onnx}, {@code candidate-part.onnx}, {@code
   * inputs.npz} and {@code bisection.json}.
   *
   * @param values of inputs, for the models that have them; constants of the parts
   * @param folder is made if a part is found; its parent must exist. If it is there, it is empty or
   *     has what was written before, which is replaced
   * @throws PipelineException if a model is no ONNX file, or for what {@link #check} refuses
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public static Bisection run(
      Path reference,
      Path candidate,
      SampleSource inputs,
      InputValues values,
      Tolerance tolerance,
      Path folder,
      Steps steps) {
    BisectionFiles.check(folder);
    ModelPart first = part(reference, values);
    ModelPart second = part(candidate, values);
    Judge judge = new Judge(new Criteria(tolerance).withAxes(OutputAxes.of(reference)));
    steps.next("running both models");
    Whole whole = Whole.run(reference, candidate, inputs, values, judge);
    if (whole.differing().isEmpty()) {
      return new Bisection(Optional.empty(), List.of(), whole.inputs());
    }
    steps.next("looking for the part");
    Set<String> outputs = names(first.graph().outputs());
    outputs.retainAll(names(second.graph().outputs()));
    FaultSearch search =
        new FaultSearch(
            new PartRunner(first),
            new PartRunner(second),
            new CommonTensors(first, second),
            judge,
            whole.sample(),
            List.copyOf(outputs));
    List<String> comparable = whole.differing().stream().filter(outputs::contains).toList();
    Optional<Cut> found = comparable.isEmpty() ? Optional.empty() : search.find(comparable);
    if (found.isEmpty()) {
      return new Bisection(Optional.empty(), whole.differing(), whole.inputs());
    }
    Cut cut = found.get();
    boolean more = search.restDiffers(cut);
    steps.next("writing the part");
    Set<String> ends = new LinkedHashSet<>(cut.from());
    ends.add(cut.to());
    try (BisectionFiles files = BisectionFiles.of(folder)) {
      OutputResult result = files.write(first, second, cut, search.values(ends), judge);
      if (!FaultSearch.differs(result)) {
        throw PipelineException.work(
            "%s and %s: the part from %s to '%s' differs in one run and not in the next, so a model does not compute the same each time; look for random numbers in it"
                .formatted(reference, candidate, cut.from(), cut.to()));
      }
      Fault fault =
          new Fault(
              cut.from(),
              cut.to(),
              outputs.contains(cut.to()),
              BisectionFiles.nodes(first, cut),
              BisectionFiles.nodes(second, cut),
              result,
              more);
      files.commit(report(reference, candidate, whole.inputs(), tolerance, fault));
      return new Bisection(Optional.of(fault), whole.differing(), whole.inputs());
    }
  }

  /**
   * Refuses, before any work is done, what {@link #run} cannot write into.
   *
   * @throws PipelineException if it is a file, lies in no folder, or holds other files than those
   *     of a bisection
   */
  public static void check(Path folder) {
    BisectionFiles.check(folder);
  }

  private static Set<String> names(List<Value> values) {
    return values.stream().map(Value::name).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static ModelPart part(Path path, InputValues values) {
    ModelFile file = ModelFile.read(path);
    Set<String> inputs = names(file.graph().inputs());
    Map<String, Double> own = new LinkedHashMap<>(values.numbers());
    own.keySet().retainAll(inputs);
    OnnxModel fixed = file.model().withGraph(new InputValues(own).fixedIn(file));
    return ModelPart.of(fixed);
  }

  /**
   * Both models as they are.
   *
   * @param sample the first one on which outputs differ, or the first of all
   * @param differing outputs
   */
  private record Whole(Map<String, HostTensor> sample, List<String> differing, String inputs) {
    static Whole run(
        Path reference, Path candidate, SampleSource inputs, InputValues values, Judge judge) {
      Samples samples;
      ReferenceOutputs expected;
      try (Engine engine = load(reference, values)) {
        samples = inputs.of(engine);
        expected = ReferenceRun.of(engine, samples, ComparisonRequest.USUAL_BUDGET).outputs();
      }
      try (Engine engine = load(candidate, values)) {
        for (int i = 0; i < expected.inputs().size(); i++) {
          Map<String, HostTensor> sample = expected.inputs().get(i);
          List<String> differing =
              judge.compare(expected.outputs().get(i), engine.run(sample)).stream()
                  .filter(FaultSearch::differs)
                  .map(OutputResult::name)
                  .toList();
          if (!differing.isEmpty()) {
            String name = expected.names().get(i);
            String which =
                name.isEmpty()
                    ? "sample %d of %s".formatted(i + 1, samples.description())
                    : "a random input, " + name;
            return new Whole(
                sample, differing, expected.inputs().size() == 1 ? samples.description() : which);
          }
        }
      }
      return new Whole(expected.inputs().get(0), List.of(), samples.description());
    }

    private static Engine load(Path model, InputValues values) {
      EngineOptions off = EngineOptions.defaults().withoutOptimizer();
      return values.in(Backends.onnxRuntimeCpu().load(model, off));
    }
  }

  private static Map<String, Object> report(
      Path reference, Path candidate, String inputs, Tolerance tolerance, Fault fault) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("reference", reference.toString());
    report.put("candidate", candidate.toString());
    report.put("inputs", inputs);
    report.put("tolerance", tolerance);
    report.put("from", fault.from());
    report.put("to", fault.to());
    report.put("isOutput", fault.isOutput());
    report.put("referenceNodes", fault.referenceNodes());
    report.put("candidateNodes", fault.candidateNodes());
    fault
        .result()
        .comparison()
        .ifPresent(
            c -> {
              report.put("maxAbsError", c.maxAbsError());
              report.put("maxRelativeError", c.maxRelativeError());
              report.put("referenceMaxAbs", c.referenceMaxAbs());
              report.put("unmatched", c.unmatched());
            });
    report.put("reasons", reasons(fault.result()));
    report.put("restDiffers", fault.restDiffers());
    return report;
  }

  private static List<String> reasons(OutputResult result) {
    return result.verdict() instanceof Verdict.Different different
        ? different.reasons()
        : List.of();
  }

  /** What was found, in lines. */
  public List<String> text() {
    if (differing.isEmpty()) {
      return List.of(
          "With the optimizer off, the outputs do not differ on %s, so no part is at fault by itself: what differs is what an engine makes of the models"
              .formatted(inputs));
    }
    return fault
        .map(this::text)
        .orElseGet(
            () ->
                List.of(
                    "Outputs differ on %s (%s), and no part between tensors that both models name differs when it is fed the reference's values"
                        .formatted(inputs, Phrases.few(differing, SHOWN))));
  }

  private List<String> text(Fault found) {
    String from = found.from().isEmpty() ? "constants" : quoted(found.from());
    String where =
        found.isOutput()
            ? "The smallest part that differs by itself lies between %s, the last tensors before it that both models name, and the output '%s'"
                .formatted(from, found.to())
            : "The smallest part that differs by itself computes '%s' from %s"
                .formatted(found.to(), from);
    String rest =
        found.restDiffers()
            ? "Behind it the models differ too when both have the reference's values: there is at least one more fault"
            : "Behind it the models agree when both have the reference's values";
    return Stream.of(
            where,
            "Fed the reference's values (%s): %s".formatted(inputs, reasons(found.result()).get(0)),
            "In the reference it is %s; in the candidate %s"
                .formatted(nodes(found.referenceNodes()), nodes(found.candidateNodes())),
            rest)
        .toList();
  }

  private static String quoted(List<String> names) {
    return Phrases.few(names.stream().map("'%s'"::formatted).toList(), SHOWN);
  }

  private static String nodes(List<String> nodes) {
    return nodes.isEmpty()
        ? "a constant"
        : "%s: %s".formatted(Phrases.plural(nodes.size(), "node"), Phrases.few(nodes, SHOWN));
  }
}
