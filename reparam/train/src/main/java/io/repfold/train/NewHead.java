package io.repfold.train;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.nets.NetworkMetadata;
import io.repfold.nets.Networks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network whose layers for the class scores start anew, for any number of classes. All others
 * keep their weights.
 *
 * <pre>
 *   Given:   features - Conv [21, 512, 1, 1] - Resize - logits [N, 21, H, W]
 *   Result:  features - Conv [4, 512, 1, 1]  - Resize - logits [N, 4, H, W]
 * </pre>
 *
 * <p>The new weights follow from a seed and their names. A network of a known type gets those that
 * it would begin with.
 *
 * @param anew the parameters that start anew, with their shapes
 * @param notes what is told of it, a sentence each
 */
record NewHead(Graph graph, List<String> anew, List<String> notes) {
  NewHead {
    anew = List.copyOf(anew);
    notes = List.copyOf(notes);
  }

  /** How many classes a file tells apart, and how many it will. */
  record Classes(Path file, int before, int after) {
    RunException refusal(String because) {
      return new RunException(
          "%s: its head cannot start anew for %d classes in place of %d: %s; change that in the file, or take data with its classes and leave head out",
          file, after, before, because);
    }
  }

  /**
   * @param traits of the network as the file holds it; its auxiliary output has a head too
   * @throws RunException if something on the way to the layers holds the number of classes and
   *     cannot be made for another one; names the node
   */
  static NewHead of(Path file, Graph graph, NetworkMetadata traits, int after, long seed) {
    Classes classes = new Classes(file, traits.classes(), after);
    String type = traits.architecture();
    WeightSource weights =
        Networks.types().contains(type)
            ? Networks.initialWeights(type, seed)
            : WeightSource.he(seed);
    HeadEdits edits = new HeadEdits(graph);
    HeadSearch search = new HeadSearch(graph, classes, weights, edits);
    Set<ClassPlace> places = new LinkedHashSet<>();
    List<String> scores = new ArrayList<>(List.of(graph.outputs().get(0).name()));
    traits.auxiliaryOutput().ifPresent(scores::add);
    scores.forEach(output -> places.addAll(search.walk(output)));
    edits
        .shared()
        .ifPresent(
            because -> {
              throw classes.refusal(because);
            });
    Graph changed = changed(edits, classes);
    requireClasses(changed, places, classes);
    return new NewHead(withShapes(changed), edits.namesAnew(), notes(edits, classes));
  }

  private static Graph changed(HeadEdits edits, Classes classes) {
    try {
      return edits.graph();
    } catch (InvalidGraphException e) {
      throw classes.refusal(String.valueOf(e.getMessage()));
    }
  }

  /** Sizes that are computed from constants may hold the number of classes too. */
  private static void requireClasses(Graph changed, Set<ClassPlace> places, Classes classes) {
    Map<String, Value> values = ShapeInference.infer(changed);
    for (ClassPlace place : places) {
      Optional<Shape> shape = Optional.ofNullable(values.get(place.value())).flatMap(Value::shape);
      Dim wanted = Dim.of(classes.after() * place.perClass());
      if (shape.isEmpty() || !shape.get().dim(place.axis()).equals(wanted)) {
        throw classes.refusal(
            "%s: its result would be %s, as a size in the file holds the number of classes"
                .formatted(
                    changed.producer(place.value()).orElseThrow().describe(),
                    shape.map(Shape::toString).orElse("of an unknown shape")));
      }
    }
  }

  private static Graph withShapes(Graph graph) {
    Map<String, Value> values = ShapeInference.infer(graph);
    return graph.toBuilder()
        .replaceOutputs(
            graph.outputs().stream().map(o -> values.getOrDefault(o.name(), o)).toList())
        .build();
  }

  private static List<String> notes(HeadEdits edits, Classes classes) {
    String wanted =
        classes.before() == classes.after()
            ? "the same %d classes".formatted(classes.after())
            : "%d classes in place of %d".formatted(classes.after(), classes.before());
    List<String> notes = new ArrayList<>();
    notes.add("Starts anew, for %s: %s".formatted(wanted, String.join(", ", edits.listAnew())));
    if (!edits.listRemade().isEmpty()) {
      notes.add(
          "Has other sizes, and computes the same for each class: "
              + String.join(", ", edits.listRemade()));
    }
    return notes;
  }
}
