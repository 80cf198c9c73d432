package io.repfold.junit;

import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.inputs.NamedShape;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** All combinations of a contract. */
final class ContractCases {
  private static final String RANDOM = "random";
  private static final String TENSORRT = "tensorrt";
  private static final String WITHOUT_TENSORRT =
      "io.repfold:repfold-tensorrt is not on the class path; add it as a test dependency";
  private static final int MOST_LETTERS = 100;

  private final EquivalenceContract contract;
  private final Path folder;
  private final List<ContractCase> cases = new ArrayList<>();

  private ContractCases(EquivalenceContract contract, Path folder) {
    this.contract = contract;
    this.folder = folder;
  }

  /**
   * Reads the annotation.
   *
   * @param folder in which each case has one
   * @throws IllegalArgumentException if it names an engine or a precision that there is not, or no
   *     candidate, engine, precision or input
   * @throws io.repfold.pipeline.PipelineException if a shape is none
   */
  static List<ContractCase> of(EquivalenceContract contract, Path folder) {
    requireSome("candidates", contract.candidates());
    requireSome("engines", contract.engines());
    requireSome("precisions", contract.precisions());
    requireSome("inputs", contract.inputs());
    ContractCases all = new ContractCases(contract, folder);
    for (String candidate : contract.candidates()) {
      for (String engine : contract.engines()) {
        for (String precision : contract.precisions()) {
          for (String input : contract.inputs()) {
            all.add(candidate, engine, precision, input);
          }
        }
      }
    }
    return List.copyOf(all.cases);
  }

  private static void requireSome(String attribute, String... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException(
          "The contract has no %s, so it has no case: name at least one".formatted(attribute));
    }
  }

  private void add(String candidate, String engine, String precision, String input) {
    boolean random = input.equals(RANDOM);
    String name =
        "%s on %s in %s, %s"
            .formatted(candidate, engine, precision, random ? "random inputs" : input);
    String own = String.join("-", fileName(candidate), engine, precision, fileName(input));
    String safe = own.replaceAll("[^A-Za-z0-9._]+", "-");
    String last =
        "%d-%s"
            .formatted(cases.size() + 1, safe.substring(0, Math.min(MOST_LETTERS, safe.length())));
    cases.add(
        new ContractCase(
            name,
            Path.of(contract.reference()),
            Path.of(candidate),
            backend(engine),
            precision(precision),
            random ? Optional.empty() : Optional.of(Path.of(input)),
            Stream.of(contract.shapes()).map(NamedShape::parse).toList(),
            folder.resolve(last)));
  }

  private static String fileName(String path) {
    return String.valueOf(Path.of(path).getFileName());
  }

  private static Optional<Precision> precision(String name) {
    if (name.equals(ContractCase.AS_IT_IS)) {
      return Optional.empty();
    }
    return Optional.of(
        Stream.of(Precision.values())
            .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There is no precision '%s'; there are fp32, fp16, bf16, int8"
                            .formatted(name))));
  }

  private static Backend backend(String id) {
    boolean known = Backends.all().stream().anyMatch(backend -> backend.id().equals(id));
    return !known && id.equals(TENSORRT)
        ? new MissingEngine(TENSORRT, "TensorRT", WITHOUT_TENSORRT)
        : Backends.byId(id);
  }
}
