package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
  @TempDir private Path folder;
  private Path white;

  @BeforeEach
  void draw() throws IOException {
    BufferedImage image = new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 35; i++) {
      image.setRGB(i % 7, i / 7, 0xffffff);
    }
    white = folder.resolve("white.png");
    ImageIO.write(image, "png", white.toFile());
  }

  /** White in the three channels of its only sample. */
  private float[] white(Path model, Map<String, long[]> shapes) {
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      HostTensor input =
          InputFiles.samples(engine, List.of(white), shapes, new ColourOptions())
              .get(0)
              .read()
              .values()
              .iterator()
              .next();
      float[] values = input.toFloats();
      int plane = values.length / 3;
      assertThat(input.shape()[2]).as("height").isEqualTo(5);
      assertThat(input.shape()[3]).as("width").isEqualTo(7);
      return new float[] {values[0], values[plane], values[2 * plane]};
    }
  }

  private Path described(String key, String value, String other, String otherValue) {
    Path file = folder.resolve("described.onnx");
    OnnxModel.read(Models.dynamic(folder))
        .withMetadata(key, value)
        .withMetadata(other, otherValue)
        .write(file);
    return file;
  }

  @Test
  void colours_are_normalised_as_the_model_tells() {
    Path model = described("repfold.mean", "0.5,0.25,0", "repfold.std", "0.5,0.25,2");

    assertThat(white(model, Map.of("x", new long[] {1, 3, 5, 7}))).containsExactly(1f, 3f, 0.5f);
  }

  @Test
  void else_they_are_normalised_as_for_image_net() {
    assertThat(white(Models.dynamic(folder), Map.of("x", new long[] {1, 3, 5, 7})))
        .containsExactly((1 - 0.485f) / 0.229f, (1 - 0.456f) / 0.224f, (1 - 0.406f) / 0.225f);
  }

  @Test
  void networks_of_our_own_take_images_as_they_are() {
    Path model = described("repfold.architecture", "RepLite", "repfold.mean", "0,0,0");

    assertThat(white(model, Map.of())).hasSize(3);
  }

  @Test
  void others_need_a_size() throws IOException {
    Path model = Models.dynamic(folder);
    assertThat(Files.exists(model)).isTrue();

    assertThatThrownBy(() -> white(model, Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("takes images of any size; say with --shape");
  }
}
