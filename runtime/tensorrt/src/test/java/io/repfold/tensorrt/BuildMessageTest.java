package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildMessageTest {
  static final List<BuildMessage> MESSAGES =
      List.of(
          new BuildMessage.Step("reading \"ä\"\nthe model"),
          new BuildMessage.Warning("\\ @repfold {}"),
          new BuildMessage.Failed(List.of("a", "b\t")),
          new BuildMessage.Done(
              "00ff",
              1L << 40,
              List.of(new TensorInfo("x", ElementType.BOOL, List.of(new Dimension(-1, "")))),
              List.of(),
              Profile.parse(List.of("x=1x2:3x4:5x6", "x=7x7", "y=@1,2:3,4:5,6")),
              true,
              List.of(new PlanLayer("a + b", "gemm", "Half 1x3", ""))));

  @ParameterizedTest
  @FieldSource("MESSAGES")
  void a_message_is_one_line_and_comes_back(BuildMessage message) {
    assertThat(message.line()).doesNotContain("\n");
    assertThat(BuildMessage.parse(message.line())).contains(message);
    assertThat(BuildMessage.parse("text without an end" + message.line())).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "@repfold", "@repfold {", "@repfold {}", "@repfold []"})
  void what_is_no_message_is_none(String line) {
    assertThat(BuildMessage.parse(line)).isEmpty();
  }

  @Test
  void a_request_comes_back() {
    PlanOptions options =
        new PlanOptions.Builder()
            .profiles(Profile.parse(List.of("x=1x2:3x4:5x6", "y=7", "x=2x2", "y=8")))
            .timingCache(Path.of("/tmp/times").toAbsolutePath())
            .workspaceBytes(1L << 33)
            .sparse(true)
            .versionCompatible(true)
            .hardwareCompatible(true)
            .tf32(true)
            .auxiliaryStreams(2)
            .optimizationLevel(5)
            .plugins(List.of(Path.of("/lib/libops.so").toAbsolutePath()))
            .timeLimit(Duration.ofMillis(1234))
            .build();
    BuildRequest request = new BuildRequest(Path.of("/m.onnx"), Path.of("/p.plan"), 2, options);

    assertThat(BuildRequest.parse(request.json())).isEqualTo(request);
    BuildRequest plain =
        new BuildRequest(Path.of("/m.onnx"), Path.of("/p.plan"), 0, PlanOptions.defaults());
    assertThat(BuildRequest.parse(plain.json())).isEqualTo(plain);
    BuildRequest adopting =
        new BuildRequest(Path.of("/t.plan"), Path.of("/p.plan"), 0, PlanOptions.defaults(), true);
    assertThat(BuildRequest.parse(adopting.json())).isEqualTo(adopting);
    assertThat(adopting.cannot()).isEqualTo("Cannot take over '/t.plan'");
  }
}
