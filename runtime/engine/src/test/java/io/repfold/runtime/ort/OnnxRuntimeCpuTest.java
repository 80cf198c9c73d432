package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxRuntimeCpuTest {
  private static final Backend CPU = Backends.onnxRuntimeCpu();

  @TempDir private Path folder;

  @Test
  void it_is_ready_and_tells_its_version() {
    assertThat(CPU.availability())
        .isInstanceOfSatisfying(
            Availability.Ready.class, r -> assertThat(r.version()).matches("1\\.\\d+\\..*"));
  }

  /** Asks in another process, because the native library is loaded once. */
  @Test
  void without_its_native_library_it_says_what_is_missing() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Donnxruntime.native.path=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                WithoutLibrary.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("Missing[reason=The native library of ONNX Runtime cannot be loaded: ")
        .contains("Cannot load 'm.onnx': The native library of ONNX Runtime cannot be loaded: ")
        .contains(folder.toString());
  }

  static final class WithoutLibrary {
    private WithoutLibrary() {}

    public static void main(String[] arguments) {
      System.out.println(CPU.availability());
      try {
        CPU.load("m.onnx", new byte[1], EngineOptions.defaults()).close();
      } catch (EngineException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void a_file_that_is_not_there_or_no_model_is_named() throws Exception {
    assertRefused(folder.resolve("no.onnx"), "no such file");
    assertRefused(folder, "it is not a file");
    Path file = folder.resolve("m.onnx");
    assertRefused(
        Files.write(file, new byte[] {1, 2, 3}), "The file is not ONNX, or it is cut short");
    byte[] whole = OnnxModel.conv(1).bytes();
    assertRefused(Files.write(file, Arrays.copyOf(whole, whole.length / 2)), "it is cut short");
    assertRefused(new byte[0], "zero length");
  }

  @Test
  void a_model_that_is_too_new_is_refused_with_what_to_do() {
    assertRefused(
        OnnxModel.conv(1).opset(99).bytes(), "till opset 26. Write the model with an older opset");
    assertRefused(
        OnnxModel.conv(1).irVersion(99).bytes(),
        "Cannot load 'm': Unsupported model IR version: 99, max supported IR version: 13. Write the model with an older IR");
  }

  @Test
  void operators_that_cannot_be_run_are_named() {
    assertRefused(
        OnnxModel.unary("Reluu", OnnxModel.FLOAT, 2L).bytes(),
        "No Op registered for Reluu with domain_version of 17. Operators from outside ONNX cannot be run");
    assertRefused(
        OnnxModel.unary("Relu", DataType.BFLOAT16_VALUE, 2L).bytes(),
        "Could not find an implementation for Relu(14) node with name ''. ONNX Runtime has no CPU kernel");
  }

  @Test
  void inputs_and_outputs_that_hold_no_numbers_are_refused() {
    assertRefused(
        OnnxModel.unary("Identity", DataType.STRING_VALUE, 2L).bytes(),
        "'x' holds string elements");
    assertRefused(
        OnnxModel.unary("Identity", DataType.FLOAT8E4M3FN_VALUE, 2L).opset(19).bytes(),
        "its input 'x' holds float8e4m3fn elements");
    ValueInfoProto sequence =
        ValueInfoProto.newBuilder()
            .setName("y")
            .setType(
                TypeProto.newBuilder()
                    .setSequenceType(
                        TypeProto.Sequence.newBuilder()
                            .setElemType(
                                TypeProto.newBuilder()
                                    .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                            .setElemType(OnnxModel.FLOAT)))))
            .build();
    OnnxModel model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 2L)
            .node("SequenceConstruct", List.of("x"), List.of("y"))
            .output(sequence);
    assertRefused(model.bytes(), "its output 'y' is a SequenceInfo; only tensors are supported");
  }

  @Test
  void external_weights_are_read_beside_the_model() throws Exception {
    Path file = external("w.bin").write(folder.resolve("m.onnx"));
    assertRefused(file, "does not exist: \"" + folder.toRealPath().resolve("w.bin"));
    assertRefused(file, "Keep the model's external data files beside it");

    Files.write(folder.resolve("w.bin"), new byte[3]);
    assertRefused(file, "The external data file is not the one that was written with the model");

    ByteBuffer weights = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(folder.resolve("w.bin"), weights.putFloat(1).putFloat(10).array());
    try (Engine engine = CPU.load(file, EngineOptions.defaults())) {
      HostTensor y = engine.run(Map.of("x", HostTensor.ofFloats(new float[] {3, 4}, 2))).get("y");
      assertThat(y.toFloats()).containsExactly(4, 14);
    }
    assertRefused(
        external("w.bin").bytes(),
        "A model in memory cannot have external data; load it from its file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../w.bin", "/etc/hostname"})
  void external_weights_elsewhere_are_refused(String location) throws Exception {
    Path file = external(location).write(folder.resolve("m.onnx"));
    assertRefused(file, "External data must lie under the model's folder");
  }

  @Test
  void with_and_without_optimizer_the_numbers_agree() {
    Map<String, HostTensor> inputs = Map.of("x", HostTensor.ofFloats(new float[16], 1, 1, 4, 4));
    EngineOptions options = EngineOptions.defaults();
    assertThat(options.optimize()).isTrue();
    try (Engine one = CPU.load("m", OnnxModel.conv(1).bytes(), options);
        Engine two =
            CPU.load("m", OnnxModel.conv(1).bytes(), options.withoutOptimizer().withThreads(1))) {
      assertThat(two.options())
          .isEqualTo(new EngineOptions(1, false, 0, false, Map.of(), List.of()));
      assertThat(two.run(inputs).get("y").toFloats())
          .containsExactly(one.run(inputs).get("y").toFloats());
    }
  }

  @Test
  void session_options_reach_onnx_runtime_and_no_other_engine() {
    String key = "session.intra_op_thread_affinities";
    EngineOptions options = EngineOptions.defaults().withThreads(2);
    EngineOptions senseless = options.withSessionOption(key, "nowhere");

    assertThatThrownBy(() -> CPU.load("m", OnnxModel.conv(1).bytes(), senseless))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("'m'", "nowhere");
    CPU.load("m", OnnxModel.conv(1).bytes(), senseless.withSessionOption(key, "1")).close();
    assertThat(options.withTf32(true).sessionOptions()).isEmpty();
    assertThat(senseless.withDevice(1).sessionOptions()).containsExactly(Map.entry(key, "nowhere"));
    options.refuseSessionOptions("m", "tensorrt");
    assertThatThrownBy(() -> senseless.refuseSessionOptions("m", "tensorrt"))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("'m'", "tensorrt", key);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025})
  void a_senseless_number_of_threads_is_refused(int threads) {
    assertThatThrownBy(() -> EngineOptions.defaults().withThreads(threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("An engine takes 1 to 1024 threads, not " + threads);
  }

  /** y = x + w, with w in another file. */
  private static OnnxModel external(String location) {
    TensorProto weights =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(OnnxModel.FLOAT)
            .addDims(2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue(location))
            .build();
    return new OnnxModel()
        .input("x", OnnxModel.FLOAT, 2L)
        .weights(weights)
        .node("Add", List.of("x", "w"), List.of("y"))
        .output("y", OnnxModel.FLOAT, 2L);
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> CPU.load(file, EngineOptions.defaults()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'" + file + "'")
        .hasMessageContaining(message)
        .hasMessageNotContaining("onnxruntime_src");
  }

  private static void assertRefused(byte[] model, String message) {
    assertThatThrownBy(() -> CPU.load("m", model, EngineOptions.defaults()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'m'")
        .hasMessageContaining(message)
        .hasMessageNotContaining("onnxruntime_src");
  }
}
