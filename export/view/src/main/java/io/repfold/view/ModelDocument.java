package io.repfold.view;

import io.repfold.fold.FoldReport;
import io.repfold.graph.ElementType;
import io.repfold.graph.Listing;
import io.repfold.graph.Node;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.pipeline.Phrases;
import io.repfold.runtime.VisibleText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that the page tells of a model, as an object of JSON. */
final class ModelDocument {
  private static final int LONGEST_NAME = 240;

  /**
   * Nodes, multiply-adds, parameters, bytes of weights, bytes of values, nodes whose multiply-adds
   * and values whose sizes are not known.
   */
  private static final int SUMS = 7;

  private final ModelPicture picture;
  private final List<WeightFacts> weights = new ArrayList<>();
  private final Map<String, Integer> weightIndex = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private final Map<Integer, long[]> sums = new HashMap<>();

  private ModelDocument(ModelPicture picture) {
    this.picture = picture;
  }

  static Map<String, Object> of(ModelPicture picture) {
    return new ModelDocument(picture).document();
  }

  private Map<String, Object> document() {
    Hierarchy hierarchy = picture.hierarchy();
    List<Object> entries = new ArrayList<>();
    for (int i = 0; i < picture.entries().size(); i++) {
      entries.add(entry(i, picture.entries().get(i)));
    }
    List<Object> scopes = hierarchy.scopes().stream().<Object>map(this::scope).toList();
    List<String> names = new ArrayList<>();
    for (int item = 0; item < entries.size() + scopes.size(); item++) {
      names.add(shown(hierarchy.name(item)));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("file", shown(picture.name()));
    document.put("facts", facts());
    document.put("names", names);
    document.put("entries", entries);
    document.put("scopes", scopes);
    document.put("weights", weights);
    return document;
  }

  private Map<String, Object> facts() {
    FoldReport.Totals totals = picture.totals();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("nodes", Phrases.count(totals.nodes()));
    facts.put("convolutions", Phrases.count(totals.convolutions()));
    facts.put("batch normalizations", Phrases.count(totals.batchNormalizations()));
    facts.put("parameters", Phrases.count(totals.parameters()));
    facts.put(
        "multiply-adds",
        picture.multiplyAdds().unknown().isEmpty()
            ? Phrases.amount((double) picture.multiplyAdds().total())
            : "depend on the input's size");
    facts.put("opset", String.valueOf(picture.graph().opset()));
    return facts;
  }

  private Map<String, Object> entry(int id, Entry entry) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("op", shown(entry.op()));
    document.put("name", shown(entry.name()));
    document.put("reads", values(entry.reads()));
    document.put("writes", values(entry.writes()));
    entry.node().ifPresent(node -> describe(id, entry, node, document));
    return document;
  }

  private void describe(int id, Entry entry, Node node, Map<String, Object> document) {
    document.put("attributes", shown(Listing.attributes(node.op())));
    long parameters = 0;
    long bytes = 0;
    long own = 0;
    List<Integer> read = new ArrayList<>();
    for (String input : picture.constants().read(node)) {
      Tensor tensor = picture.constants().tensor(input).orElseThrow();
      int index = weight(input, tensor);
      read.add(index);
      long real = tensor.type().isFloat() ? tensor.size() : 0;
      parameters += real;
      if (counted.add(input)) {
        own += real;
        bytes += weights.get(index).bytes();
      }
    }
    document.put("weights", read);
    document.put("parameters", parameters);
    Long multiplyAdds =
        entry.writes().isEmpty()
            ? null
            : picture.multiplyAdds().byValue().get(entry.writes().get(0));
    if (multiplyAdds != null) {
      document.put("multiplyAdds", multiplyAdds);
    }
    long memory = entry.writes().stream().mapToLong(this::bytes).sum();
    if (memory > 0) {
      document.put("memory", memory);
    }
    long uncounted = multiplyAdds == null && OpKind.CONTRACTS.includes(node.op()) ? 1 : 0;
    long unsized = entry.writes().stream().filter(value -> bytes(value) == 0).count();
    long counted = multiplyAdds == null ? 0 : multiplyAdds;
    sums.put(id, new long[] {1, counted, own, bytes, memory, uncounted, unsized});
  }

  private int weight(String name, Tensor tensor) {
    Integer known = weightIndex.get(name);
    if (known != null) {
      return known;
    }
    weightIndex.put(name, weights.size());
    weights.add(WeightFacts.of(shown(name), tensor));
    return weights.size() - 1;
  }

  /** Of a value at the known shape; 0 if it is not known. */
  private long bytes(String name) {
    Value value = picture.types().get(name);
    if (value == null || value.type().isEmpty()) {
      return 0;
    }
    int bits = value.type().map(ElementType::bits).orElse(0);
    return value.shape().flatMap(Shape::sizes).map(s -> Tensor.count(s) * bits / 8).orElse(0L);
  }

  private Map<String, Object> scope(Hierarchy.Scope scope) {
    Levels.Level level = picture.level(scope);
    long[] sum = new long[SUMS];
    for (int item : scope.items()) {
      long[] part = sums.getOrDefault(item, new long[SUMS]);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    sums.put(scope.id(), sum);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("items", scope.items());
    document.put("kind", picture.equal().kind(scope.id()));
    document.put(
        "runs",
        picture.equal().runs(picture.hierarchy(), scope, level).stream()
            .map(run -> List.of(run.first(), run.count()))
            .toList());
    document.put("inside", edges(level.inside()));
    document.put("entering", edges(level.entering()));
    document.put("leaving", edges(level.leaving()));
    document.put("nodes", sum[0]);
    if (sum[5] == 0) {
      document.put("multiplyAdds", sum[1]);
    }
    document.put("parameters", sum[2]);
    document.put("weightBytes", sum[3]);
    if (sum[6] == 0) {
      document.put("memory", sum[4]);
    }
    return document;
  }

  private static List<Object> edges(List<Levels.Edge> edges) {
    return edges.stream().<Object>map(e -> List.of(e.from(), e.to(), shown(e.value()))).toList();
  }

  private List<Object> values(List<String> values) {
    return values.stream()
        .<Object>map(value -> List.of(shown(value), shown(picture.type(value))))
        .toList();
  }

  private static List<String> shown(Collection<String> texts) {
    return texts.stream().map(ModelDocument::shown).toList();
  }

  /** A stranger's text: on one line, without what controls, and not without end. */
  static String shown(String text) {
    return Phrases.shortened(VisibleText.line(text), LONGEST_NAME);
  }
}
