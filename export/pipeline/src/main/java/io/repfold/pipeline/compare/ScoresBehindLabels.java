package io.repfold.pipeline.compare;

import io.repfold.check.LabelScores;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads two models such that they also give the scores of which their outputs say the best: labels
 * alone do not tell a fault from rounding where two scores are nearly equal.
 *
 * @param byOutput empty if no output is labels, or one of the models has no such scores
 * @param models by path, with these scores as outputs
 */
record ScoresBehindLabels(Map<String, LabelScores> byOutput, Map<Path, byte[]> models) {
  private static final ScoresBehindLabels NONE = new ScoresBehindLabels(Map.of(), Map.of());

  /**
   * @param graph of the reference; large models are loaded as they are
   */
  static ScoresBehindLabels of(Path reference, Optional<Graph> graph, Path candidate) {
    Map<String, LabelScores> found = new LinkedHashMap<>();
    graph.ifPresent(
        g ->
            g.outputs()
                .forEach(
                    output ->
                        scores(g, output.name()).ifPresent(s -> found.put(output.name(), s))));
    if (found.isEmpty()) {
      return NONE;
    }
    List<String> names = found.values().stream().map(LabelScores::name).distinct().toList();
    Map<Path, byte[]> models = new LinkedHashMap<>();
    for (Path path : List.of(reference, candidate)) {
      Optional<byte[]> exposed = ModelFile.readIfOnnx(path).flatMap(file -> exposed(file, names));
      if (exposed.isEmpty()) {
        return NONE;
      }
      models.put(path, exposed.get());
    }
    return new ScoresBehindLabels(found, models);
  }

  private static Optional<byte[]> exposed(ModelFile file, List<String> names) {
    Graph graph = file.graph();
    Map<String, Value> types = ShapeInference.infer(graph);
    List<Value> outputs = new ArrayList<>(graph.outputs());
    for (String name : names) {
      Optional<Value> value =
          graph.producer(name).map(node -> types.get(name)).filter(v -> v.type().isPresent());
      if (file.isLarge() || value.isEmpty()) {
        return Optional.empty();
      }
      if (!graph.isOutput(name)) {
        outputs.add(value.get());
      }
    }
    OnnxModel model = file.model();
    return Optional.of(
        model.withGraph(graph.toBuilder().replaceOutputs(outputs).build()).toBytes());
  }

  private static Optional<LabelScores> scores(Graph graph, String output) {
    Optional<Node> node = graph.producer(output);
    while (node.isPresent()) {
      Op op = node.get().op();
      if (op instanceof Op.ArgMax best) {
        return Optional.of(new LabelScores(node.get().input(0), best.axis()));
      }
      boolean keeps =
          op instanceof Op.Cast
              || op instanceof Op.Identity
              || op instanceof Op.Squeeze
              || op instanceof Op.Unsqueeze;
      node = keeps ? graph.producer(node.get().input(0)) : Optional.empty();
    }
    return Optional.empty();
  }

  Engine load(Path model, Backend backend, EngineOptions options) {
    byte[] bytes = models.get(model);
    return bytes == null
        ? backend.load(model, options)
        : backend.load(model.toString(), bytes, options);
  }
}
