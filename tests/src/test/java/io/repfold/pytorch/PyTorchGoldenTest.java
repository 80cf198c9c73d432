package io.repfold.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ComparisonSetting;
import io.repfold.pipeline.compare.GoldenComparer;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.runtime.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Golden outputs that a Python program wrote, as docs/verification.md shows it. */
class PyTorchGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private static Verification replayed(String candidate) {
    GoldenOutputs golden = GoldenOutputs.read(FOLDER.resolve("golden"));
    return GoldenComparer.replay(
        "golden",
        golden,
        FOLDER.resolve(candidate),
        ComparisonRequest.DEFAULT,
        ComparisonSetting.optimizerOffAndOn(EngineOptions.defaults()),
        Steps.UNHEARD);
  }

  @Test
  void the_export_computes_what_pytorch_did() {
    Verification verification = replayed("exported.onnx");

    assertThat(verification.holds()).as(verification.summary()).isTrue();
    assertThat(verification.summary())
        .contains("(allowed: 1.00e-04 of the magnitude), on 2 recorded samples");
    assertThat(verification.remarks())
        .anyMatch(remark -> remark.startsWith("golden: recorded in PyTorch "))
        .contains(
            "golden: says nothing about rounding, so an error may be 1.00e-04 of its channel's magnitude");
  }

  @Test
  void an_export_with_one_weight_a_hundredth_off_does_not() {
    assertThat(replayed("wrong.onnx").holds()).isFalse();
  }

  @Test
  void the_documentation_shows_the_lines_that_wrote_them() throws IOException {
    String script = Files.readString(Path.of("src/test/python/golden_outputs.py"));
    String shown =
        script.substring(script.indexOf("# --- from here\n") + 16, script.indexOf("# --- to here"));

    assertThat(shown.lines()).hasSize(10);
    assertThat(Files.readString(Path.of("../docs/verification.md")))
        .contains("```python\n" + shown + "```");
  }
}
