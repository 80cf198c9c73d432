package io.repfold.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxDescriptionTest {
  @TempDir private Path folder;

  @Test
  void it_says_what_onnx_runtime_says() throws IOException {
    OnnxModel open = OnnxModel.unary("Relu", OnnxModel.FLOAT, "N", 3L, "H", "W");
    open.weights("unused", new float[] {1}, 1);
    for (OnnxModel written : List.of(OnnxModel.conv(1), open)) {
      Path model = written.write(folder.resolve("model.onnx"));
      ModelProto.Builder proto = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
      proto.setProducerName("me").setDocString("a net").setModelVersion(7);
      proto.addMetadataPropsBuilder().setKey("classes").setValue("5");
      // Files of old versions list weights among the inputs.
      TensorProto weight = proto.getGraph().getInitializer(0);
      ValueInfoProto.Builder value = proto.getGraph().getInput(0).toBuilder();
      proto.getGraphBuilder().addInput(value.setName(weight.getName()));
      Path described = Files.write(folder.resolve("described.onnx"), proto.build().toByteArray());

      OnnxDescription found = OnnxDescription.of(described);

      try (Engine engine =
          Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults().withThreads(1))) {
        assertThat(found.inputs()).isEqualTo(engine.inputs());
        assertThat(found.outputs())
            .extracting(TensorInfo::name)
            .isEqualTo(engine.outputs().stream().map(TensorInfo::name).toList());
        assertThat(found.metadata().graph()).isEqualTo(engine.metadata().graph());
      }
      assertThat(found.metadata().producer()).isEqualTo("me");
      assertThat(found.metadata().description()).isEqualTo("a net");
      assertThat(found.metadata().version()).isEqualTo(7);
      assertThat(found.metadata().custom()).containsEntry("classes", "5");
    }
  }

  @Test
  void open_sizes_are_told_from_fixed_ones() throws IOException {
    assertThat(OnnxDescription.of(OnnxModel.conv(1).write(folder.resolve("fixed.onnx"))).open())
        .isEmpty();
    OnnxModel open = OnnxModel.unary("Relu", OnnxModel.FLOAT, "N", 3L, "H", "W");
    assertThat(OnnxDescription.of(open.write(folder.resolve("open.onnx"))).open())
        .singleElement()
        .hasToString("x: float32[N, 3, H, W]");
  }

  @Test
  void what_is_no_model_is_refused_by_name() throws IOException {
    Path file = folder.resolve("no.onnx");
    for (byte[] bytes : new byte[][] {{}, {1, 2, 3}, {8, 8}, {58, 0}, "hello".getBytes(UTF_8)}) {
      Files.write(file, bytes);
      assertThatThrownBy(() -> OnnxDescription.of(file))
          .isInstanceOf(EngineException.class)
          .hasMessageContainingAll(file.toString(), "no ONNX file");
    }
    assertThatThrownBy(() -> OnnxDescription.of(folder)).hasMessageContaining("not a file");
  }
}
