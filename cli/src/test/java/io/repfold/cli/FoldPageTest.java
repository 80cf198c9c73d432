package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.fold.FoldReport;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.inputs.InputValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldPageTest {
  private static final String HOSTILE = "<script>alert('x')</script>\"&amp;{{title}}";

  @TempDir private Path folder;

  @Test
  void names_from_a_model_cannot_become_markup() {
    String page = FoldPage.of(outcome());

    assertThat(page).doesNotContain("<script", "alert('x')");
    assertThat(page).contains("&lt;script&gt;alert(", "&amp;amp;", "{{title}}");
  }

  @Test
  void the_page_loads_nothing() {
    assertThat(FoldPage.of(outcome()))
        .contains("default-src 'none'")
        .doesNotContain("http://", "https://", "src=");
  }

  private FoldOutcome outcome() {
    FoldReport.Totals totals = new FoldReport.Totals(1, 1, 1, 1, 1);
    FoldReport report =
        new FoldReport(
            List.of(
                new FoldReport.Folded(
                    HOSTILE,
                    List.of(HOSTILE),
                    List.of(HOSTILE),
                    2,
                    1,
                    2,
                    1,
                    0.5,
                    1e-7,
                    Map.of(HOSTILE, HOSTILE))),
            List.of(new FoldReport.LeftAlone(HOSTILE, HOSTILE, List.of(HOSTILE))),
            List.of(new FoldReport.Fused(HOSTILE, HOSTILE)),
            List.of(HOSTILE),
            totals,
            totals);
    return new FoldOutcome(
        ModelFile.read(Models.trained(folder)),
        InputValues.NONE,
        report,
        "{\"source\":{\"sha256\":\"00\"}}",
        Optional.empty(),
        Optional.of(HOSTILE),
        RewriteComparison.NONE,
        Optional.empty(),
        Optional.of(folder.resolve("folded.onnx")));
  }
}
