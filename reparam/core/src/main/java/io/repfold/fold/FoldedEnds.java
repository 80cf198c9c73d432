package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where the convolutions and products begin and end that an analysis is going to write. */
final class FoldedEnds {
  static final FoldedEnds NONE = new FoldedEnds();

  private final Map<String, End> behind = new HashMap<>();
  private final Map<String, End> before = new HashMap<>();
  private final Map<String, Scaled> scaled = new HashMap<>();

  /** A value that several nodes make of another by scales and sums of it. */
  record Scaled(String source, Affine map, ChannelAxis axis) {}

  /** The map that ends, or begins, at a value. */
  record End(Affine map, ChannelAxis axis) {}

  private FoldedEnds() {}

  static FoldedEnds of(Analysis analysis, FoldedGraphWriter writer) {
    FoldedEnds ends = new FoldedEnds();
    Graph graph = analysis.graph();
    for (Node node : writer.kept()) {
      if (node.inputs().size() > 1 && analysis.form(node.output()).isPresent()) {
        ends.addScaled(node.output(), analysis.form(node.output()).get());
      }
    }
    for (String target : writer.targets()) {
      Form form = analysis.foldedForm(target).orElseThrow();
      for (Term term : form.terms()) {
        boolean written =
            term.contracts() && term.origin().filter(o -> !o.equals(target)).isEmpty();
        long readings = form.terms().stream().filter(t -> t.source().equals(term.source())).count();
        End end = new End(term.map(), form.axis());
        if (written && form.terms().size() == 1) {
          ends.behind.put(target, end);
        }
        if (written && readings == 1 && Region.keeps(graph, term.source(), form.covered())) {
          ends.before.put(term.source(), end);
        }
      }
    }
    return ends;
  }

  private void addScaled(String value, Form form) {
    Term term = form.terms().get(0);
    if (form.terms().size() == 1
        && form.covered().size() > 1
        && !term.contracts()
        && term.map().isScale()) {
      scaled.put(value, new Scaled(term.source(), term.map(), form.axis()));
    }
  }

  /** The scale that several nodes make of one value. */
  Optional<Scaled> scaled(String value) {
    return Optional.ofNullable(scaled.get(value));
  }

  /** What will make a value and nothing else. */
  Optional<End> behind(String value) {
    return Optional.ofNullable(behind.get(value));
  }

  /** What alone will read a value. */
  Optional<End> before(String value) {
    return Optional.ofNullable(before.get(value));
  }
}
