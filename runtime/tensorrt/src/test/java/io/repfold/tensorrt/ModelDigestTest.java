package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDigestTest {
  @TempDir private Path folder;

  @Test
  void a_model_in_one_file_has_the_digest_of_the_file() throws IOException {
    Path model = write(GraphProto.newBuilder().setName("empty"));

    assertThat(ModelDigest.of(model)).isEqualTo(Sha256.of(Files.readAllBytes(model)));
  }

  @Test
  void weights_beside_it_count_wherever_in_the_model_they_are_named() throws IOException {
    Files.writeString(folder.resolve("outer.bin"), "outer");
    Files.createDirectory(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub/inner.bin"), "inner");
    GraphProto.Builder branch = GraphProto.newBuilder().addInitializer(external("sub/inner.bin"));
    Path model =
        write(
            GraphProto.newBuilder()
                .addInitializer(external("outer.bin"))
                .addNode(
                    NodeProto.newBuilder()
                        .setOpType("If")
                        .addAttribute(AttributeProto.newBuilder().setName("then").setG(branch))));
    String before = ModelDigest.of(model);

    assertThat(before).isNotEqualTo(Sha256.of(Files.readAllBytes(model)));
    assertThat(ModelDigest.of(model)).isEqualTo(before);
    Files.writeString(folder.resolve("sub/inner.bin"), "INNER");
    String inner = ModelDigest.of(model);
    assertThat(inner).isNotEqualTo(before);
    Files.writeString(folder.resolve("outer.bin"), "OUTER");
    assertThat(ModelDigest.of(model)).isNotEqualTo(inner);
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.bin", "../outside.bin", "/etc/hostname", "", "a\0b"})
  void weights_that_are_not_under_its_folder_are_refused(String location) throws IOException {
    Files.writeString(folder.resolveSibling("outside.bin"), "outside");
    Path model = write(GraphProto.newBuilder().addInitializer(external(location)));

    assertThatThrownBy(() -> ModelDigest.of(model))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(model.toString(), "no such file in its folder");
  }

  @Test
  void a_damaged_file_is_refused_wherever_it_ends() throws IOException {
    byte[] whole = Files.readAllBytes(write(GraphProto.newBuilder().setName("a longer name")));
    Path cut = folder.resolve("cut.onnx");
    for (int length = 1; length < whole.length; length++) {
      Files.write(cut, java.util.Arrays.copyOf(whole, length));
      try {
        assertThat(ModelDigest.of(cut)).as("cut between fields").hasSize(64);
      } catch (EngineException e) {
        assertThat(e).hasMessageContaining("no ONNX file");
      }
    }
    Files.writeString(cut, "<!DOCTYPE html>");
    assertThatThrownBy(() -> ModelDigest.of(cut)).hasMessageContaining("no ONNX file");
    assertThatThrownBy(() -> ModelDigest.of(folder.resolve("none.onnx")))
        .hasMessageContaining("no such file");
  }

  private static TensorProto external(String location) {
    return TensorProto.newBuilder()
        .setName("w")
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
        .addExternalData(StringStringEntryProto.newBuilder().setKey("offset").setValue("0"))
        .build();
  }

  private Path write(GraphProto.Builder graph) throws IOException {
    ModelProto model = ModelProto.newBuilder().setIrVersion(8).setGraph(graph).build();
    return Files.write(folder.resolve("model.onnx"), model.toByteArray());
  }
}
