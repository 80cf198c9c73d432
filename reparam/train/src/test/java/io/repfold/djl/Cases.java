package io.repfold.djl;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Shape;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Collects cases, each with weights of its own. */
final class Cases {
  static final long[] IMAGE = {2, 4, 5, 7};

  private final List<Case> all = new ArrayList<>();

  /** Appends nodes that read an input, and says what the output is. */
  interface Body {
    String append(GraphBuilder b, String x);
  }

  void add(String name, Body body, long... shape) {
    add(name, body, true, shape);
  }

  void add(String name, Body body, boolean runtime, long... shape) {
    GraphBuilder b = new GraphBuilder(name, WeightSource.random(all.size()));
    b.output(body.append(b, b.input("x", Shape.of(shape))));
    add(name, b.build(), runtime, shape);
  }

  void add(String name, Graph graph, boolean runtime, long... shape) {
    all.add(new Case(name, graph, List.of(shape), runtime));
  }

  List<Case> all() {
    return all;
  }

  static String scalar(GraphBuilder b, float value) {
    return b.constant(Tensors.scalar(value));
  }

  static String longs(GraphBuilder b, long... values) {
    return b.initializer("longs", Tensors.longs(values));
  }
}
