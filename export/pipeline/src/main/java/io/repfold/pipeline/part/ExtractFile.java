package io.repfold.pipeline.part;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Spelling;
import io.repfold.graph.Subgraph;
import io.repfold.graph.Value;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.files.StagedFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the part of an ONNX file between some of its tensors as a file of its own: its nodes as
 * they are, with the weights that they read, and with the tensors at its ends as inputs and
 * outputs.
 *
 * @param from the tensors that become inputs; none for those inputs of the model that are needed
 * @param to the tensors that become outputs; none for the outputs of the model
 */
public record ExtractFile(ModelFile source, List<String> from, List<String> to) {
  public ExtractFile {
    from = List.copyOf(new LinkedHashSet<>(from));
    to = List.copyOf(new LinkedHashSet<>(to));
  }

  /**
   * A model as it is; name one of the ends at least.
   *
   * @throws io.repfold.onnx.OnnxFormatException if the file holds no ONNX model
   * @throws PipelineException if it is a TensorRT plan by its name
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ExtractFile of(Path model) {
    return of(ModelFile.read(model));
  }

  /** Likewise, of a file that was read. */
  public static ExtractFile of(ModelFile source) {
    return new ExtractFile(source, List.of(), List.of());
  }

  /** The part begins behind these tensors. */
  public ExtractFile withFrom(List<String> tensors) {
    return new ExtractFile(source, tensors, to);
  }

  /** The part ends with these tensors. */
  public ExtractFile withTo(List<String> tensors) {
    return new ExtractFile(source, from, tensors);
  }

  /**
   * Writes the part.
   *
   * @param target may be the source itself
   * @throws PipelineException as a request if the model has no such tensor, nothing computes an
   *     output, an output needs an input of the model that is not among those given, an input is
   *     read by nothing on the way, or it is not known which elements a tensor at an end has; or if
   *     the target cannot be written
   */
  public ExtractOutcome to(Path target) {
    StagedFile.checkModel(target);
    if (from.isEmpty() && to.isEmpty()) {
      throw refused("withFrom and withTo name no tensor, so the part is the whole model; name one");
    }
    Graph graph = source.graph();
    from.forEach(name -> requireTensor("withFrom", name));
    to.forEach(name -> requireTensor("withTo", name));
    List<String> outputs = to.isEmpty() ? names(graph.outputs()) : to;
    List<String> inputs = from.isEmpty() ? names(graph.requiredInputs()) : from;
    outputs.forEach(name -> requireComputed(name, inputs));
    Subgraph part = Subgraph.between(graph, inputs, outputs);
    from.forEach(name -> requireRead(name, part, outputs));
    ModelPart model = ModelPart.of(source.model());
    List<Value> given = part.read().stream().map(name -> typed(model, name)).toList();
    List<Value> computed = outputs.stream().map(name -> typed(model, name)).toList();
    try (StagedFile staged = StagedFile.of(target)) {
      model.model(part, given, computed).write(staged.file());
      staged.commit();
    }
    return new ExtractOutcome(part.nodes().size(), graph.nodes().size(), given, computed);
  }

  private static List<String> names(List<Value> values) {
    return values.stream().map(Value::name).distinct().toList();
  }

  private PipelineException refused(String reason) {
    return PipelineException.request("%s: %s".formatted(source.path(), reason));
  }

  private void requireTensor(String method, String name) {
    Graph graph = source.graph();
    if (isTensor(graph, name)) {
      return;
    }
    source
        .model()
        .nodeWithBodyThatDefines(name)
        .ifPresent(
            node -> {
              throw refused(
                  "%s: '%s' is a tensor in a body of %s, which runs as a whole; name one outside of it, such as its output '%s'"
                      .formatted(method, name, node.describe(), node.output()));
            });
    graph.nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .ifPresent(
            node -> {
              throw refused(
                  "%s: '%s' is a node; name a tensor: it computes %s from %s"
                      .formatted(method, name, node.outputs(), node.inputs()));
            });
    String hint =
        Spelling.near(name, tensors(graph))
            .map("; did you mean '%s'?"::formatted)
            .orElse("; Graph.nodes lists those that there are");
    throw refused("%s: there is no tensor '%s'%s".formatted(method, name, hint));
  }

  private static boolean isTensor(Graph graph, String name) {
    return !name.isEmpty()
        && (graph.isInput(name)
            || graph.initializers().containsKey(name)
            || graph.producer(name).isPresent());
  }

  private static Collection<String> tensors(Graph graph) {
    Set<String> all = new LinkedHashSet<>(names(graph.inputs()));
    graph.nodes().forEach(node -> all.addAll(node.outputs()));
    all.addAll(graph.initializers().keySet());
    all.remove("");
    return all;
  }

  private void requireComputed(String output, List<String> inputs) {
    Graph graph = source.graph();
    if (inputs.contains(output) && !from.isEmpty()) {
      throw refused(
          "'%s' is named by withFrom and withTo, and nothing lies between; leave it out of one"
              .formatted(output));
    }
    if (graph.producer(output).isEmpty()) {
      throw refused(
          "Output '%s' is %s, which no node computes; name a tensor behind it by withTo"
              .formatted(output, graph.isInput(output) ? "an input" : "a weight"));
    }
    List<Value> missing = Subgraph.between(graph, inputs, List.of(output)).missing();
    if (!missing.isEmpty()) {
      throw refused(
          "Output '%s' also needs the input '%s' of the model, on a way that leads through none of %s; add it, or a tensor behind it, to withFrom, or name another output by withTo"
              .formatted(output, missing.get(0).name(), inputs));
    }
  }

  /** What lies behind a tensor is needed where it is, but may not lead to what is wanted. */
  private void requireRead(String input, Subgraph part, List<String> outputs) {
    if (part.read().contains(input)) {
      return;
    }
    Set<String> alone = Subgraph.between(source.graph(), List.of(input), outputs).read();
    throw refused(
        alone.contains(input)
            ? "Nothing reads '%s' on the way to %s that does not lead through the others of %s; leave it out of withFrom"
                .formatted(input, outputs, from)
            : "Nothing on the way to %s reads '%s'; leave it out of withFrom, or name an output that depends on it"
                .formatted(outputs, input));
  }

  private Value typed(ModelPart model, String name) {
    Value known = model.known(name);
    if (known.type().isPresent()) {
      return known;
    }
    String who = source.graph().producer(name).map(Node::describe).map(" of "::concat).orElse("");
    throw refused(
        "'%s'%s is a sequence, a map or an optional, or it is not known which elements it has; cut at another tensor, or declare its type in the file (value_info)"
            .formatted(name, who));
  }
}
