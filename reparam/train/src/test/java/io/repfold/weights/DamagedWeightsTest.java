package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files are refused with a sentence, whatever the damage is. */
class DamagedWeightsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"views.pth", "views_legacy.pth", "paddle_2.pdparams", "all.safetensors"})
  void a_file_that_ends_anywhere_else_is_refused(String name) throws IOException {
    byte[] whole = Fixtures.bytes(name);
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () -> {
          for (int length = 0; length < whole.length; length++) {
            assertThat(refusal(Arrays.copyOf(whole, length)))
                .as("%s with %d of %d bytes", name, length, whole.length)
                .isNotEmpty();
          }
        });
    assertThat(refusal(whole)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "views.pth",
        "checkpoint.pth",
        "model.pth",
        "views_legacy.pth",
        "paddle_0.pdparams",
        "paddle_2.pdparams",
        "paddle_5.pdparams",
        "all.safetensors"
      })
  void changed_bytes_give_a_refusal_or_tensors(String name) {
    byte[] whole = Fixtures.bytes(name);
    SplittableRandom random = new SplittableRandom(name.hashCode());
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () -> {
          int refused = 0;
          for (int i = 0; i < 500; i++) {
            byte[] changed = whole.clone();
            for (int j = random.nextInt(1, 4); j > 0; j--) {
              changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            refused += refusal(changed).isEmpty() ? 0 : 1;
          }
          assertThat(refused).isPositive();
        });
  }

  /** Anything but a {@link WeightsException} fails the test. */
  private String refusal(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("weights"), content);
    try {
      Map<String, Tensor> tensors = WeightsFile.read(file).tensors();
      tensors.values().forEach(Tensor::size);
      return "";
    } catch (WeightsException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
      return e.getMessage();
    } finally {
      Files.delete(file);
    }
  }
}
