package io.repfold.train;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.OpKind;
import io.repfold.graph.WeightSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Walks back from the scores, through nodes that keep the classes apart, to the layers whose
 * outputs the classes are. What stands on the way and holds the number of classes is made for the
 * new one.
 */
final class HeadSearch {
  private final Graph graph;
  private final NewHead.Classes classes;
  private final HeadContext context;
  private final HeadLayers layers;
  private final HeadPassages passages;
  private final Set<ClassPlace> seen = new LinkedHashSet<>();
  private final Deque<ClassPlace> next = new ArrayDeque<>();

  HeadSearch(Graph graph, NewHead.Classes classes, WeightSource weights, HeadEdits edits) {
    this.graph = graph;
    this.classes = classes;
    this.context = new HeadContext(graph, classes, edits);
    this.layers = new HeadLayers(context, weights);
    this.passages = new HeadPassages(context, this::go);
  }

  /** The values that hold the classes, of which {@code output} is one, by their places. */
  Set<ClassPlace> walk(String output) {
    go(new ClassPlace(output, 1, 1));
    while (!next.isEmpty()) {
      ClassPlace place = next.removeFirst();
      Node node =
          graph
              .producer(place.value())
              .orElseThrow(
                  () ->
                      classes.refusal(
                          "'%s' is no result of a layer, and holds the classes"
                              .formatted(place.value())));
      visit(node, place);
    }
    return seen;
  }

  private void go(ClassPlace place) {
    if (seen.add(context.checked(place))) {
      next.add(place);
    }
  }

  private void visit(Node node, ClassPlace place) {
    OpKind kind = OpKind.of(node.op());
    if (kind == OpKind.CONTRACTS) {
      layers.contract(node, place).ifPresent(this::go);
    } else if (kind == OpKind.NORMALIZES) {
      layers.normalize(node, place);
      go(place.at(node.input(0)));
    } else {
      passages.pass(node, place);
    }
  }
}
