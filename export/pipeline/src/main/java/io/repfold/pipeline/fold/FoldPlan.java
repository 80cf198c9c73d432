package io.repfold.pipeline.fold;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.pipeline.ModelFile;
import java.util.Map;

/**
 * A model, and what a fold would do to it.
 *
 * @param graph the model's, with the shapes that were given
 * @param types of all its values that are known
 * @param report what would be folded, and what would be left alone
 */
public record FoldPlan(ModelFile file, Graph graph, Map<String, Value> types, FoldReport report) {
  /**
   * Plans.
   *
   * @param shapes input shapes to fix, by input name
   * @throws io.repfold.pipeline.PipelineException if the graph is not valid, or a shape does not
   *     fit it
   */
  public static FoldPlan of(ModelFile file, Map<String, long[]> shapes) {
    return file.with(
        shapes,
        () -> {
          Graph graph = shapes.isEmpty() ? file.graph() : FixedShapes.fix(file.graph(), shapes);
          Map<String, Value> types = ShapeInference.infer(graph);
          return new FoldPlan(file, graph, types, Folder.plan(graph, FoldOptions.DEFAULT));
        });
  }
}
