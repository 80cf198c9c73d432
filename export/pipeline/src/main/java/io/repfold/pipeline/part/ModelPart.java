package io.repfold.pipeline.part;

import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Subgraph;
import io.repfold.graph.Value;
import io.repfold.onnx.OnnxModel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes models of parts of one, with what is known of the types of its values. */
final class ModelPart {
  /** What repfold says of a model in its metadata holds for the whole of it. */
  private static final String OF_THE_WHOLE = "repfold.";

  private final OnnxModel model;
  private final Map<String, Value> known;

  private ModelPart(OnnxModel model, Map<String, Value> known) {
    this.model = model;
    this.known = known;
  }

  static ModelPart of(OnnxModel model) {
    OnnxModel bare = model;
    for (String key : model.metadata().keySet()) {
      bare = key.startsWith(OF_THE_WHOLE) ? bare.withoutMetadata(key) : bare;
    }
    return new ModelPart(bare, known(model.graph()));
  }

  /** Declared types alone, where shapes contradict each other. */
  private static Map<String, Value> known(Graph graph) {
    try {
      return ShapeInference.infer(graph);
    } catch (InvalidGraphException e) {
      Map<String, Value> declared = new HashMap<>();
      Stream.of(graph.declared().values(), graph.outputs())
          .flatMap(Collection::stream)
          .forEach(v -> declared.put(v.name(), new Value(v.name(), v.type(), Optional.empty())));
      graph.inputs().forEach(value -> declared.put(value.name(), value));
      return declared;
    }
  }

  Graph graph() {
    return model.graph();
  }

  /** What is known of a value's type and shape; nothing of one that is not there. */
  Value known(String name) {
    return known.getOrDefault(name, new Value(name, Optional.empty(), Optional.empty()));
  }

  /**
   * A model of the nodes of a part.
   *
   * @throws InvalidGraphException if an input is missing, or an output is not computed
   */
  OnnxModel model(Subgraph part, List<Value> inputs, List<Value> outputs) {
    return model.withGraph(part.graph(inputs, outputs));
  }
}
