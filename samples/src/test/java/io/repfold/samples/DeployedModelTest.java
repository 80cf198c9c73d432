package io.repfold.samples;

import static io.repfold.junit.RepfoldAssertions.assertEquivalent;
import static io.repfold.junit.RepfoldAssertions.assertFolded;

import io.repfold.junit.EquivalenceOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DeployedModelTest {
  private static final Path TRAINED = Path.of("models/trained.onnx");
  private static final Path DEPLOYED = Path.of("models/deployed.onnx");

  @Test
  void the_deployed_model_computes_what_was_trained() {
    assertEquivalent(TRAINED, DEPLOYED, EquivalenceOptions.DEFAULT.withSamples(5));
  }

  @Test
  void nothing_is_left_to_fold_in_the_deployed_model() {
    assertFolded(DEPLOYED);
  }
}
