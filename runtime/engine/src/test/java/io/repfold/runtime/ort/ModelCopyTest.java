package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.ExternalWeights;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ModelCopyTest {
  private static final int LENGTH = 1 << 20;

  @TempDir private Path folder;

  @Test
  void a_model_in_one_file_names_none_and_is_not_copied() throws IOException {
    Path model = OnnxModel.conv(1).write(folder.resolve("m.onnx"));

    assertThat(ExternalWeights.of(model)).isEmpty();
    assertThat(ModelCopy.of(model)).isEmpty();
  }

  @Test
  void they_are_named_as_in_the_model_and_copied_in_their_folders() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    Path inner = Files.writeString(folder.resolve("sub/inner.bin"), "inner");
    Path outer = Files.writeString(folder.resolve("outer.bin"), "outer");
    Path model = write("sub/inner.bin", "outer.bin", "./outer.bin");

    assertThat(ExternalWeights.of(model))
        .containsExactly(
            Map.entry("./outer.bin", outer),
            Map.entry("outer.bin", outer),
            Map.entry("sub/inner.bin", inner));
    Path copied;
    try (ModelCopy copy = ModelCopy.of(model).orElseThrow()) {
      copied = copy.model().getParent();
      assertThat(copied).isNotEqualTo(folder.toRealPath());
      assertThat(copied.resolve("m.onnx")).hasSameBinaryContentAs(model);
      assertThat(copied.resolve("outer.bin")).hasContent("outer");
      assertThat(copied.resolve("sub/inner.bin")).hasContent("inner");
      assertThat(copy.ofOriginal("no '%s'".formatted(copied.resolve("w"))))
          .isEqualTo("no '%s'".formatted(folder.resolve("w")));
    }
    assertThat(copied).doesNotExist();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void what_onnx_runtime_refuses_is_left_to_it() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("w.bin"), "weights");
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Files.createSymbolicLink(inside.resolve("link.bin"), outside.resolve("w.bin"));
    Path linked = Files.move(write("link.bin"), inside.resolve("m.onnx"));

    assertThat(ModelCopy.of(linked)).as("a link out of the folder").isEmpty();
    assertThat(ModelCopy.of(write("none.bin"))).as("no such file").isEmpty();
    assertThat(ModelCopy.of(Files.writeString(folder.resolve("no.onnx"), "no"))).isEmpty();
  }

  @Test
  void without_room_for_a_copy_it_says_so() throws IOException {
    Files.writeString(folder.resolve("w.bin"), "weights");
    Path model = write("w.bin");
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", folder.resolve("gone").toString());
    try {
      assertThatThrownBy(() -> ModelCopy.of(model))
          .isInstanceOf(EngineException.class)
          .hasMessageContainingAll(model.toString(), "gone", "-Djava.io.tmpdir");
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
  }

  /** In another process, because reading what was truncated under it ends a process. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void truncating_them_under_a_session_does_not_touch_it() throws Exception {
    ByteBuffer weights = ByteBuffer.allocate(4 * LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < LENGTH; i++) {
      weights.putFloat(i);
    }
    Files.write(folder.resolve("w.bin"), weights.array());
    TensorProto.Builder tensor = external("w.bin").toBuilder();
    Path model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 1L)
            .weights(tensor.setDataType(OnnxModel.FLOAT).addDims(LENGTH).build())
            .node("Add", List.of("x", "w"), List.of("y"))
            .output("y", OnnxModel.FLOAT, (long) LENGTH)
            .write(folder.resolve("m.onnx"));
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Truncating.class.getName(),
                model.toString())
            .redirectErrorStream(true)
            .directory(folder.toFile())
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).endsWith("sum of 3 + %d".formatted(LENGTH - 1));
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("repfold")))
          .isEmpty();
    }
  }

  /** Loads a model, truncates its weights, and prints the last element of what it computes. */
  static final class Truncating {
    private Truncating() {}

    public static void main(String[] arguments) throws IOException {
      Path model = Path.of(arguments[0]);
      try (Engine engine =
          Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults().withThreads(1))) {
        Path weights = Optional.ofNullable(model.getParent()).orElseThrow().resolve("w.bin");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
          file.setLength(0);
        }
        float[] y =
            engine.run(Map.of("x", HostTensor.ofFloats(new float[] {3}, 1))).get("y").toFloats();
        System.out.printf("sum of 3 + %.0f%n", y[LENGTH - 1] - 3);
      }
    }
  }

  private static TensorProto external(String location) {
    return TensorProto.newBuilder()
        .setName("w")
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
        .build();
  }

  private Path write(String... locations) throws IOException {
    OnnxModel model = OnnxModel.conv(1);
    Stream.of(locations).map(ModelCopyTest::external).forEach(model::weights);
    return model.write(folder.resolve("m.onnx"));
  }
}
