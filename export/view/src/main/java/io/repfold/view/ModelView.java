package io.repfold.view;

import io.repfold.fold.FoldReport;
import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as a hierarchy that people can look at, alone or beside another: the one public door of
 * this package.
 *
 * <p>Scopes come from the names of nodes and weights, or from the structure where names say
 * nothing. The page is one HTML file that fetches nothing.
 */
public final class ModelView {
  private record Neighbor(ModelFile file, ModelPicture picture) {}

  private final ModelFile file;
  private final ModelPicture picture;
  private final Optional<Neighbor> other;

  private ModelView(ModelFile file, ModelPicture picture, Optional<Neighbor> other) {
    this.file = file;
    this.picture = picture;
    this.other = other;
  }

  /**
   * A view of one model.
   *
   * @throws io.repfold.onnx.OnnxFormatException if the file holds no ONNX model
   * @throws io.repfold.pipeline.PipelineException if it is a TensorRT plan by its name, or its
   *     graph is not valid
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ModelView of(Path model) {
    return of(ModelFile.read(model), Map.of());
  }

  /**
   * A view of one model at given sizes.
   *
   * @param shapes of inputs by name, in elements; may be none
   * @throws io.repfold.pipeline.PipelineException if the graph is not valid, or a shape does not
   *     fit it
   */
  public static ModelView of(ModelFile model, Map<String, long[]> shapes) {
    return new ModelView(model, ModelPicture.of(model, shapes, Optional.empty()), Optional.empty());
  }

  /**
   * The same model with another to its right. If that is the model's fold, the page tells what was
   * folded into what, and what was left alone; of any other, what corresponds to what.
   *
   * @param otherShapes of its inputs, by name; may be none
   * @throws io.repfold.pipeline.PipelineException as {@link #of(ModelFile, Map)}
   */
  public ModelView beside(ModelFile model, Map<String, long[]> otherShapes) {
    return new ModelView(
        file,
        picture,
        Optional.of(
            new Neighbor(model, ModelPicture.of(model, otherShapes, Optional.of(picture)))));
  }

  /** The page, as HTML that is complete in itself. */
  public String page() {
    Map<String, Object> document = new LinkedHashMap<>();
    List<Object> models = new ArrayList<>(List.of(ModelDocument.of(picture)));
    other.ifPresent(right -> models.add(ModelDocument.of(right.picture)));
    document.put("models", models);
    other.ifPresent(right -> correspond(right, document));
    String title = picture.name() + other.map(right -> " and " + right.picture.name()).orElse("");
    return ViewPage.of(title, document);
  }

  /** The top level of the model, without its neighbor, as an SVG picture. */
  public String svg() {
    return LevelPicture.of(picture);
  }

  private void correspond(Neighbor right, Map<String, Object> document) {
    List<Object> links = new ArrayList<>();
    for (Correspondence.Link link : Correspondence.of(picture, right.picture)) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("kind", link.kind());
      one.put("left", link.left());
      one.put("right", link.right());
      one.put("notes", link.notes().stream().map(ModelDocument::shown).toList());
      links.add(one);
    }
    document.put("links", links);
    Optional<FoldReport> fold = FoldReasons.of(file, right.file);
    document.put("fold", fold.isPresent());
    document.put("leftAlone", fold.map(this::leftAlone).orElse(Map.of()));
  }

  /** Reasons by entry. */
  private Map<String, Object> leftAlone(FoldReport report) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < picture.entries().size(); i++) {
      for (String value : picture.entries().get(i).writes()) {
        producers.put(value, i);
      }
    }
    Map<String, Object> reasons = new LinkedHashMap<>();
    for (FoldReport.LeftAlone left : report.leftAlone()) {
      Integer entry = producers.get(left.value());
      if (entry != null) {
        reasons.put(
            String.valueOf(entry), left.reasons().stream().map(ModelDocument::shown).toList());
      }
    }
    return reasons;
  }
}
