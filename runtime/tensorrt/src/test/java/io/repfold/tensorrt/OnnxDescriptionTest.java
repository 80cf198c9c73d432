package io.repfold.tensorrt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxDescriptionTest {
  @TempDir private Path folder;

  @Test
  void it_says_what_onnx_runtime_says() throws IOException {
    for (Path model : new Path[] {GpuModels.fixed(folder), GpuModels.dynamic(folder)}) {
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
  void open_sizes_are_told_from_fixed_ones() {
    assertThat(OnnxDescription.of(GpuModels.fixed(folder)).open()).isEmpty();
    assertThat(OnnxDescription.of(GpuModels.dynamic(folder)).open())
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
