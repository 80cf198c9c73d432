package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildMainTest {
  private static List<BuildMessage> said(BuildMain.Build build) {
    List<BuildMessage> messages = new ArrayList<>();
    BuildMain.run(build, messages::add);
    return messages;
  }

  @Test
  void whatever_ends_it_is_said_in_its_words() {
    assertThat(
            said(
                () -> {
                  throw new EngineException("Making a CUDA stream failed: CUDA error 2");
                }))
        .containsExactly(
            new BuildMessage.Failed(List.of("Making a CUDA stream failed: CUDA error 2")));
    assertThat(
            said(
                () -> {
                  throw new BuildFailedException(List.of("node 'a'", "node 'b'"));
                }))
        .containsExactly(new BuildMessage.Failed(List.of("node 'a'", "node 'b'")));
    assertThat(
            said(
                () -> {
                  throw new IOException("no space left");
                }))
        .containsExactly(new BuildMessage.Failed(List.of("java.io.IOException: no space left")));
  }
}
