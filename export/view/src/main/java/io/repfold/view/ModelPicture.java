package io.repfold.view;

import io.repfold.fold.FoldReport;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.pipeline.ModelFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as it is drawn: its entries, the scopes that hold them, and each scope's level.
 *
 * @param name of the whole, such as that of the file
 * @param graph with the shapes that were given
 * @param types of all values, as far as they are known
 * @param equal which scopes are
 */
record ModelPicture(
    String name,
    Graph graph,
    Map<String, Value> types,
    Constants constants,
    MultiplyAdds multiplyAdds,
    List<Entry> entries,
    Hierarchy hierarchy,
    Levels levels,
    EqualParts equal) {

  /**
   * Draws.
   *
   * @param shapes of inputs, by name; may be none
   * @param like whose scopes it has where both name the same values
   * @throws io.repfold.pipeline.PipelineException if the graph is not valid, or a shape does not
   *     fit it
   */
  static ModelPicture of(ModelFile file, Map<String, long[]> shapes, Optional<ModelPicture> like) {
    String name = String.valueOf(file.path().getFileName());
    return file.with(
        shapes,
        () ->
            of(
                name,
                shapes.isEmpty() ? file.graph() : FixedShapes.fix(file.graph(), shapes),
                like));
  }

  /** Draws a graph as it is. */
  static ModelPicture of(String name, Graph graph) {
    return of(name, graph, Optional.empty());
  }

  private static ModelPicture of(String name, Graph graph, Optional<ModelPicture> like) {
    Map<String, Value> types = ShapeInference.infer(graph);
    Constants constants = Constants.of(graph);
    List<Entry> entries = Entry.of(graph, constants);
    List<List<String>> own =
        ScopeNames.of(constants, entries)
            .orElseGet(() -> RepeatedBlocks.of(entries, value -> type(types, value)));
    List<List<String>> paths = like.map(other -> SharedScopes.of(entries, own, other)).orElse(own);
    Hierarchy hierarchy = Hierarchy.of(name, paths, entries);
    Levels levels = Levels.of(hierarchy, entries);
    EqualParts equal =
        EqualParts.of(hierarchy, levels, entry -> look(constants, types, entries.get(entry)));
    MultiplyAdds multiplyAdds = MultiplyAdds.of(graph, types);
    return new ModelPicture(
        name, graph, types, constants, multiplyAdds, entries, hierarchy, levels, equal);
  }

  /** What of an entry tells it from others, its name and the elements of weights left out. */
  private static List<Object> look(Constants constants, Map<String, Value> types, Entry entry) {
    List<Object> look = new ArrayList<>();
    look.add(entry.op());
    look.add(entry.node().map(node -> Listing.attributes(node.op())).orElse(List.of()));
    entry.node().ifPresent(node -> constants.tensors(node).forEach(w -> look.add(w.describe())));
    entry.writes().forEach(value -> look.add(type(types, value)));
    return look;
  }

  Levels.Level level(Hierarchy.Scope scope) {
    return levels.level(scope);
  }

  /** Element type and shape of a value; sizes that nothing tells are question marks. */
  String type(String value) {
    return type(types, value);
  }

  private static String type(Map<String, Value> types, String name) {
    Value value = types.get(name);
    if (value == null) {
      return "?";
    }
    return value.type().map(Enum::toString).orElse("?")
        + value.shape().map(ModelPicture::sizes).orElse("[...]");
  }

  private static String sizes(Shape shape) {
    List<String> sizes = new ArrayList<>();
    shape.dims().forEach(dim -> sizes.add(dim.toString().contains("[") ? "?" : dim.toString()));
    return "[" + String.join(", ", sizes) + "]";
  }

  FoldReport.Totals totals() {
    return FoldReport.Totals.of(graph);
  }
}
