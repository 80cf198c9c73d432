package io.repfold.pipeline.part;

import io.repfold.check.Judge;
import io.repfold.check.OutputResult;
import io.repfold.check.Verdict;
import io.repfold.graph.Dim;
import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.graph.Subgraph;
import io.repfold.graph.Value;
import io.repfold.numpy.Npz;
import io.repfold.onnx.AtomicFile;
import io.repfold.pipeline.JsonText;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a bisection, which appear together, or not at all, in a folder. */
final class BisectionFiles implements AutoCloseable {
  private static final String REFERENCE = "reference-part.onnx";
  private static final String CANDIDATE = "candidate-part.onnx";
  private static final String INPUTS = "inputs.npz";
  private static final String REPORT = "bisection.json";

  private static final Set<String> OWN = Set.of(REFERENCE, CANDIDATE, INPUTS, REPORT);
  private static final int SHOWN = 3;

  private final Path target;
  private final TemporaryFolder folder;

  private BisectionFiles(Path target, TemporaryFolder folder) {
    this.target = target;
    this.folder = folder;
  }

  /**
   * Refuses, before any work is done, what cannot become the folder.
   *
   * @throws PipelineException if it is a file, lies in no folder, or holds anything but an earlier
   *     bisection
   */
  static void check(Path target) {
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw PipelineException.request(target + ": is a file; name a folder");
    }
    if (!Files.exists(target) && !Files.isDirectory(parent(target))) {
      throw PipelineException.request(
          "%s: cannot be made, because there is no folder %s; make it first"
              .formatted(target, parent(target)));
    }
    if (Files.isDirectory(target)) {
      checkContent(target);
    }
  }

  /** Never writes over what it did not write: an earlier bisection has a report. */
  private static void checkContent(Path target) {
    try (Stream<Path> content = Files.list(target)) {
      List<String> names =
          content
              .filter(path -> !TemporaryFolder.isOne(path))
              .map(path -> String.valueOf(path.getFileName()))
              .sorted()
              .toList();
      List<String> others =
          names.contains(REPORT)
              ? names.stream().filter(name -> !OWN.contains(name)).toList()
              : names;
      if (!others.isEmpty()) {
        throw PipelineException.request(
            "%s: holds %s, which no bisection wrote; name an empty folder, or one that is not there"
                .formatted(
                    target, Phrases.few(others.stream().map("'%s'"::formatted).toList(), SHOWN)));
      }
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private static Path parent(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    return Optional.ofNullable(absolute.getParent()).orElse(absolute);
  }

  static BisectionFiles of(Path target) {
    try {
      return new BisectionFiles(
          target, TemporaryFolder.in(Files.isDirectory(target) ? target : parent(target)));
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private static UncheckedIOException unwritable(Path file, IOException cause) {
    return new UncheckedIOException(
        "%s: cannot be written: %s".formatted(file, cause.getMessage()), cause);
  }

  /**
   * Writes both parts and their inputs, and compares what the written parts compute from the
   * written inputs.
   *
   * @param values the reference's, at both ends of the part
   */
  OutputResult write(
      ModelPart reference,
      ModelPart candidate,
      Cut cut,
      Map<String, HostTensor> values,
      Judge judge) {
    writePart(reference, cut, values, file(REFERENCE));
    writePart(candidate, cut, values, file(CANDIDATE));
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    cut.from().forEach(name -> inputs.put(name, PartRunner.tensor(values, name)));
    try {
      Npz.write(file(INPUTS), inputs);
      return compared(cut, Npz.read(file(INPUTS), Long.MAX_VALUE), judge);
    } catch (IOException e) {
      throw unwritable(file(INPUTS), e);
    }
  }

  static List<String> nodes(ModelPart model, Cut cut) {
    return part(model, cut).nodes().stream().map(Node::describe).toList();
  }

  private static Subgraph part(ModelPart model, Cut cut) {
    return Subgraph.between(model.graph(), cut.from(), List.of(cut.to()));
  }

  private static void writePart(
      ModelPart model, Cut cut, Map<String, HostTensor> values, Path file) {
    List<Value> inputs =
        cut.from().stream().map(n -> typed(model, n, PartRunner.tensor(values, n))).toList();
    List<Value> outputs = List.of(typed(model, cut.to(), PartRunner.tensor(values, cut.to())));
    model.model(part(model, cut), inputs, outputs).write(file);
  }

  /** As the model knows it, or else the type and the number of axes that it had in a run. */
  private static Value typed(ModelPart model, String name, HostTensor tensor) {
    Value known = model.known(name);
    Shape seen = new Shape(Collections.nCopies(tensor.rank(), Dim.unknown()));
    return new Value(
        name,
        known.type().or(() -> Optional.of(PartRunner.type(tensor))),
        known.shape().or(() -> Optional.of(seen)));
  }

  private OutputResult compared(Cut cut, Map<String, HostTensor> inputs, Judge judge) {
    HostTensor expected = run(file(REFERENCE), inputs, cut.to());
    try {
      return judge.compare(cut.to(), expected, run(file(CANDIDATE), inputs, cut.to()));
    } catch (EngineException e) {
      String reason = "the candidate does not run on the reference's values: " + e.getMessage();
      return new OutputResult(cut.to(), Optional.empty(), new Verdict.Different(List.of(reason)));
    }
  }

  private static HostTensor run(Path model, Map<String, HostTensor> inputs, String output) {
    try (Engine engine =
        Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults().withoutOptimizer())) {
      return PartRunner.tensor(engine.run(inputs), output);
    }
  }

  /** Adds the report and moves all into the folder. */
  void commit(Map<String, Object> report) {
    StagedFile.write(file(REPORT), JsonText.indented(report));
    try (Stream<Path> files = Files.list(folder.path())) {
      Files.createDirectories(target);
      for (Path file : files.sorted().toList()) {
        AtomicFile.move(file, target.resolve(String.valueOf(file.getFileName())));
      }
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private Path file(String name) {
    return folder.path().resolve(name);
  }

  @Override
  public void close() {
    folder.close();
  }
}
