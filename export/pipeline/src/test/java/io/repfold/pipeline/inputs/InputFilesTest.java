package io.repfold.pipeline.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.kit.Nets;
import io.repfold.kit.Shapes;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  private Path write(String name, Graph graph) {
    Path file = folder.resolve(name);
    OnnxModel.of(graph).write(file);
    return file;
  }

  private Path ofAnyImages() {
    return write("dynamic.onnx", Shapes.ofAnyImages(Nets.repVgg("x", Shape.of(1, 3, 8, 10))));
  }

  /** White in the three channels of its only sample. */
  private float[] white(Path model, Map<String, long[]> shapes) {
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      HostTensor input =
          InputFiles.samples(engine, List.of(white), shapes, ImageColors.OF_THE_MODEL)
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
    OnnxModel.read(ofAnyImages())
        .withMetadata(key, value)
        .withMetadata(other, otherValue)
        .write(file);
    return file;
  }

  @Test
  void colors_are_normalized_as_the_model_tells() {
    Path model = described("repfold.mean", "0.5,0.25,0", "repfold.std", "0.5,0.25,2");

    assertThat(white(model, Map.of("x", new long[] {1, 3, 5, 7}))).containsExactly(1f, 3f, 0.5f);
  }

  @Test
  void else_they_are_normalized_as_for_image_net() {
    assertThat(white(ofAnyImages(), Map.of("x", new long[] {1, 3, 5, 7})))
        .containsExactly((1 - 0.485f) / 0.229f, (1 - 0.456f) / 0.224f, (1 - 0.406f) / 0.225f);
  }

  @Test
  void networks_of_our_own_take_images_as_they_are() {
    Path model = described("repfold.architecture", "RepLite", "repfold.mean", "0,0,0");

    assertThat(white(model, Map.of())).hasSize(3);
  }

  @Test
  void others_need_a_size() throws IOException {
    Path model = ofAnyImages();
    assertThat(Files.exists(model)).isTrue();

    assertThatThrownBy(() -> white(model, Map.of()))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("takes images of any size; say by withShapes");
  }

  /** Takes images of 5 by 7 pixels with their channels last, as PyTorch's networks do not. */
  private Path channelsLast(ElementType type) {
    Graph graph =
        new Graph.Builder("last")
            .input(new Value("x", Optional.of(type), Optional.of(Shape.of(1, 5, 7, 3))))
            .node(new Op.Cast(ElementType.FLOAT), List.of("x"), "real")
            .node(new Op.Transpose(List.of(0, 3, 1, 2)), List.of("real"), "y")
            .output(Value.float32("y", 1, 3, 5, 7))
            .build();
    return write("last.onnx", graph);
  }

  private HostTensor read(Path model) {
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      return Objects.requireNonNull(
          InputFiles.samples(engine, List.of(white), Map.of(), ImageColors.OF_THE_MODEL)
              .get(0)
              .read()
              .get("x"));
    }
  }

  @Test
  void channels_may_come_last() {
    HostTensor input = read(channelsLast(ElementType.FLOAT));

    assertThat(input.shape()).containsExactly(1, 5, 7, 3);
    assertThat(Arrays.copyOf(input.toFloats(), 3))
        .containsExactly((1 - 0.485f) / 0.229f, (1 - 0.456f) / 0.224f, (1 - 0.406f) / 0.225f);
  }

  @Test
  void bytes_go_in_as_they_are_and_other_integers_not_at_all() {
    HostTensor input = read(channelsLast(ElementType.UINT8));

    assertThat(input.type()).isEqualTo(io.repfold.runtime.ElementType.UINT8);
    assertThat(input.toDoubles()).hasSize(105).containsOnly(255);
    assertThatThrownBy(() -> read(channelsLast(ElementType.INT32)))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("floating or uint8 input")
        .hasMessageContaining("int32");
  }

  @Test
  void bytes_are_not_normalized() {
    try (Engine engine =
        Backends.onnxRuntimeCpu().load(channelsLast(ElementType.UINT8), EngineOptions.defaults())) {
      ImageColors colors = ImageColors.OF_THE_MODEL.withMean(List.of(0f, 0f, 0f));
      Sample sample = InputFiles.samples(engine, List.of(white), Map.of(), colors).get(0);

      assertThatThrownBy(sample::read)
          .isInstanceOfSatisfying(
              PipelineException.class,
              e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.REQUEST))
          .hasMessageContaining("takes uint8 images");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cut.png, Cannot use the image",
    "cut.npy, Cannot read",
    "cut.npz, Cannot read",
    "gone.png, there is no such file",
  })
  void a_sample_that_cannot_be_read_is_named_with_what_to_do(String name, String reason)
      throws IOException {
    Path file = folder.resolve(name);
    if (name.startsWith("cut")) {
      Files.write(file, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9});
    }
    Path model = channelsLast(ElementType.FLOAT);
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults())) {
      Sample sample =
          InputFiles.samples(engine, List.of(file), Map.of(), ImageColors.OF_THE_MODEL).get(0);

      assertThatThrownBy(sample::read)
          .isInstanceOfSatisfying(
              PipelineException.class,
              e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.WORK))
          .hasMessageContaining(file.toString())
          .hasMessageContaining(reason)
          .satisfies(
              e ->
                  assertThat(e.getMessage().split(java.util.regex.Pattern.quote(file.toString())))
                      .as("it is named once")
                      .hasSize(2));
    }
  }

  @Test
  void a_damaged_sample_among_inputs_by_name_says_what_to_do() throws IOException {
    Path file = Files.write(folder.resolve("cut.npz"), new byte[] {'P', 'K', 3, 4});
    try (Engine engine =
        Backends.onnxRuntimeCpu().load(channelsLast(ElementType.FLOAT), EngineOptions.defaults())) {
      assertThatThrownBy(() -> InputFiles.of(List.of(file), Map.of()).of(engine))
          .isInstanceOf(PipelineException.class)
          .hasMessageContaining(file.toString())
          .hasMessageEndingWith("; replace the file, or leave it out of what the model is run on");
    }
  }
}
