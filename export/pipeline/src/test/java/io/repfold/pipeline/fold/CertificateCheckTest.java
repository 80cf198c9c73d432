package io.repfold.pipeline.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.fold.Folder;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Shape;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateCheckTest {
  private static final Shape IMAGES =
      new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), new Dim.Symbol("H"), new Dim.Symbol("W")));

  @TempDir private Path folder;

  private Path original() {
    Path file = folder.resolve("original.onnx");
    OnnxModel.of(Nets.repVgg("x", IMAGES)).write(file);
    return file;
  }

  private Path folded(FoldFile fold) {
    Path file = folder.resolve("folded.onnx");
    assertThat(fold.withoutComparison().to(file).holds()).isTrue();
    return file;
  }

  private Path changed(Path folded, Graph graph) {
    Path file = folder.resolve("changed.onnx");
    OnnxModel.read(folded).withGraph(graph).write(file);
    return file;
  }

  @Test
  void what_a_fold_writes_holds_with_every_setting() {
    Path original = original();
    FoldFile plain = FoldFile.of(original);
    for (FoldFile fold :
        List.of(
            plain,
            plain.withGrowth(2),
            plain.withShapes(Map.of("x", new long[] {1, 4, 9, 7})),
            plain.withOpset(20))) {
      CertificateCheck check = CertificateCheck.of(folded(fold), original);
      assertThat(check.differences()).isEmpty();
      assertThat(check.regions()).isPositive();
      assertThat(check.largestErrorBound()).isPositive();
    }
  }

  @Test
  void a_weight_that_was_changed_since_does_not_hold() {
    Path original = original();
    Path folded = folded(FoldFile.of(original));
    Graph graph = OnnxModel.read(folded).graph();
    String weight = graph.nodes().get(graph.nodes().size() - 1).input(1);
    Graph off = Weights.changed(graph, weight, (i, v) -> i == 0 ? Math.nextUp((float) v) : v);

    assertThat(CertificateCheck.of(changed(folded, off), original).differences())
        .singleElement()
        .asString()
        .contains("other weights");
  }

  @Test
  void another_original_does_not_hold() {
    Path folded = folded(FoldFile.of(original()));
    Path other = folder.resolve("other.onnx");
    OnnxModel.of(Nets.untrained("x", IMAGES)).write(other);

    assertThat(CertificateCheck.of(folded, other).differences())
        .singleElement()
        .asString()
        .startsWith("the SHA-256 of the original is");
  }

  @Test
  void another_bound_or_number_of_regions_does_not_hold() {
    Path original = original();
    Path folded = folded(FoldFile.of(original));
    OnnxModel model = OnnxModel.read(folded);
    String said = model.metadata().get(Certificate.KEY);
    String lie =
        said.replaceFirst("\"regions\":\\d+", "\"regions\":77")
            .replaceFirst("\"largestErrorBound\":[^}]+", "\"largestErrorBound\":1.0E-30");
    Path file = folder.resolve("lie.onnx");
    model.withMetadata(Certificate.KEY, lie).write(file);

    assertThat(CertificateCheck.of(file, original).differences())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("the number of regions is"))
        .anyMatch(line -> line.startsWith("the largest error bound is"));
  }

  @Test
  void without_a_certificate_that_can_be_read_there_is_nothing_to_check() {
    Path original = original();
    assertThatThrownBy(() -> CertificateCheck.of(original, original))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("has no certificate");
    Graph graph = Folder.fold(Nets.repVgg("x", IMAGES)).graph();
    for (String text : List.of("{", "[]", "{}", "{\"source\":7}")) {
      Path file = folder.resolve("broken.onnx");
      OnnxModel.of(graph).withMetadata(Certificate.KEY, text).write(file);
      assertThatThrownBy(() -> CertificateCheck.of(file, original))
          .isInstanceOf(PipelineException.class)
          .hasMessageContainingAll("broken.onnx", "cannot be read");
    }
  }
}
