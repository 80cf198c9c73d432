package io.repfold.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainFormNetworkTest {
  @TempDir private Path folder;

  @Test
  void it_writes_the_model_that_is_kept_beside_it() {
    Path written = folder.resolve("trained.onnx");

    TrainFormNetwork.main(new String[] {written.toString()});

    assertThat(written).hasSameBinaryContentAs(Path.of("models/trained.onnx"));
  }
}
