package io.repfold.runtime.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrtEngineTest {
  private static final Backend CPU = Backends.onnxRuntimeCpu();

  @Test
  void a_convolution_gives_the_numbers_worked_out_by_hand() {
    OnnxModel model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 1L, 1L, 2L, 3L)
            .weights("w", new float[] {1, 10}, 1, 1, 1, 2)
            .node("Conv", List.of("x", "w"), List.of("y"))
            .output("y", OnnxModel.FLOAT, 1L, 1L, 2L, 2L);
    try (Engine engine = model.load()) {
      HostTensor y =
          engine
              .run(Map.of("x", HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 1, 1, 2, 3)))
              .get("y");

      assertThat(y).hasToString("float32[1, 1, 2, 2]");
      assertThat(y.toFloats()).containsExactly(21, 32, 54, 65);
    }
  }

  @Test
  void a_file_is_described_as_it_says(@TempDir Path folder) throws Exception {
    OnnxModel model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, "N", 3L, null, "W")
            .input("n", OnnxModel.INT64)
            .node("Relu", List.of("x"), List.of("y"))
            .node("Identity", List.of("n"), List.of("m"))
            .output("y", OnnxModel.FLOAT, "N", 3L, null, "W")
            .output("m", OnnxModel.INT64)
            .metadata("repfold.fold", "digest");
    Path file = model.write(folder.resolve("gr\u00f6\u00dfe \u6a21.onnx"));
    try (Engine engine = CPU.load(file, EngineOptions.defaults())) {
      assertThat(engine.inputs().toString()).isEqualTo("[x: float32[N, 3, ?, W], n: int64[]]");
      assertThat(engine.inputs().get(0).shape()).containsExactly(-1, 3, -1, -1);
      assertThat(engine.outputs().toString()).isEqualTo("[y: float32[N, 3, ?, W], m: int64[]]");
      assertThat(engine.metadata().producer()).isEqualTo("repfold-test");
      assertThat(engine.metadata().graph()).isEqualTo("tiny");
      assertThat(engine.metadata().custom()).containsExactly(Map.entry("repfold.fold", "digest"));
      assertThat(engine.name()).isEqualTo(file.toString());
      assertThat(engine.backend()).startsWith("ONNX Runtime CPU 1.");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT, FLOAT",
    "DOUBLE, DOUBLE",
    "FLOAT16, FLOAT16",
    "BFLOAT16, BFLOAT16",
    "INT8, INT8",
    "INT16, INT16",
    "INT32, INT32",
    "INT64, INT64",
    "UINT8, UINT8",
    "BOOL, BOOL"
  })
  void every_type_comes_back_as_it_went_in(DataType onnx, ElementType type) {
    double[] values = {1, 0, 1, 0, 1, 1};
    try (Engine engine = OnnxModel.unary("Identity", onnx.getNumber(), 2L, "n").load()) {
      HostTensor x = HostTensor.of(type, values, 2, 3);
      HostTensor y = engine.run(Map.of("x", x)).get("y");
      assertThat(y).hasToString(type + "[2, 3]");
      assertThat(y.toDoubles()).containsExactly(values);
      try (BoundRun bound = engine.bind(Map.of("x", x))) {
        bound.run();
        assertThat(bound.outputs().get("y").toDoubles()).containsExactly(values);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"UINT16, UINT16", "UINT32, UINT32", "UINT64, UINT64"})
  void wide_unsigned_types_come_out_but_do_not_go_in(DataType onnx, ElementType type) {
    OnnxModel out =
        new OnnxModel()
            .input("x", OnnxModel.INT64, 2L)
            .node("Cast", List.of("x"), List.of("y"), OnnxModel.integer("to", onnx.getNumber()))
            .output("y", onnx.getNumber(), 2L);
    try (Engine engine = out.load()) {
      HostTensor y = engine.run(Map.of("x", HostTensor.ofLongs(new long[] {3, 65535}, 2))).get("y");
      assertThat(y.type()).isEqualTo(type);
      assertThat(y.toDoubles()).containsExactly(3, 65535);
    }
    try (Engine engine = OnnxModel.unary("Identity", onnx.getNumber(), 2L).load()) {
      HostTensor x = HostTensor.of(type, new double[] {1, 2}, 2);
      assertThatThrownBy(() -> engine.run(Map.of("x", x)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("takes no " + type + " tensors; add a Cast");
    }
  }

  @Test
  void empty_tensors_and_scalars_pass() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, "N", 3L).load()) {
      HostTensor none = engine.run(Map.of("x", HostTensor.ofFloats(new float[0], 0, 3))).get("y");
      assertThat(none).hasToString("float32[0, 3]");
    }
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT).load()) {
      HostTensor y = engine.run(Map.of("x", HostTensor.ofFloats(new float[] {7}))).get("y");
      assertThat(y.toFloats()).containsExactly(7);
    }
  }

  @Test
  void some_outputs_can_be_asked_for() {
    OnnxModel model =
        OnnxModel.conv(1)
            .node("ArgMax", List.of("y"), List.of("label"), OnnxModel.integer("axis", 1))
            .output("label", OnnxModel.INT64, 1L, 1L, 4L, 4L);
    Map<String, HostTensor> inputs = Map.of("x", ramp(16, 1, 1, 4, 4));
    try (Engine engine = model.load()) {
      assertThat(engine.run(inputs)).containsOnlyKeys("y", "label");
      Map<String, HostTensor> some = engine.run(inputs, Set.of("label"));
      assertThat(some).containsOnlyKeys("label");
      assertThat(some.get("label").type()).isEqualTo(ElementType.INT64);
      assertThatThrownBy(() -> engine.run(inputs, Set.of("lable")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining(
              "'tiny.onnx': it has no output 'lable'. Its outputs are y: float32[1, 2, 4, 4]; label");
      assertThatThrownBy(() -> engine.run(inputs, Set.of()))
          .hasMessageContaining("no output was requested");
    }
  }

  @Test
  void inputs_that_do_not_fit_are_named_with_what_was_expected() {
    try (Engine engine = OnnxModel.conv(1).load()) {
      assertRefused(engine, Map.of(), "input 'x' (float32[1, 1, 4, 4]) is missing");
      assertRefused(
          engine,
          Map.of("x", ramp(12, 1, 1, 4, 3)),
          "input 'x': expected float32[1, 1, 4, 4], found float32[1, 1, 4, 3]");
      assertRefused(engine, Map.of("x", ramp(16, 4, 4)), "found float32[4, 4]");
      assertRefused(
          engine,
          Map.of("x", HostTensor.allocate(ElementType.DOUBLE, 1, 1, 4, 4)),
          "input 'x': expected float32[1, 1, 4, 4], found float64[1, 1, 4, 4]");
      assertRefused(
          engine,
          Map.of("x", ramp(16, 1, 1, 4, 4), "z", ramp(1)),
          "it has no input 'z'. Its inputs are x: float32");
    }
  }

  @Test
  void a_failure_inside_the_run_is_reported_with_the_librarys_words() {
    OnnxModel model =
        new OnnxModel()
            .input("a", OnnxModel.FLOAT, "n")
            .input("b", OnnxModel.FLOAT, "m")
            .node("Add", List.of("a", "b"), List.of("y"))
            .output("y", OnnxModel.FLOAT, "n");
    try (Engine engine = model.load()) {
      assertThatThrownBy(() -> engine.run(Map.of("a", ramp(2, 2), "b", ramp(3, 3))))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot run 'tiny.onnx': ")
          .hasMessageContaining("Add");
    }
  }

  @Test
  void a_closed_engine_says_so_by_name() {
    Engine engine = OnnxModel.conv(1).load();
    Map<String, HostTensor> inputs = Map.of("x", ramp(16, 1, 1, 4, 4));
    BoundRun bound = engine.bind(inputs);
    engine.close();
    engine.close();

    assertThatThrownBy(() -> engine.run(inputs))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The engine of 'tiny.onnx' is closed");
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tiny.onnx");
    assertThatThrownBy(() -> engine.bind(inputs)).isInstanceOf(IllegalStateException.class);
    bound.close();
    bound.close();
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The bound run of 'tiny.onnx' is closed");
    assertThat(engine.inputs()).hasSize(1);
  }

  @Test
  void a_bound_run_sees_what_is_written_to_its_input_and_keeps_its_outputs() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    try (Engine engine = OnnxModel.conv(1).load();
        BoundRun bound =
            engine.bind(Map.of("x", HostTensor.wrap(ElementType.FLOAT, buffer, 1, 1, 4, 4)))) {
      HostTensor y = bound.outputs().get("y");
      assertThat(y.toFloats()).containsOnly(0);

      HostTensor x = ramp(16, 1, 1, 4, 4);
      buffer.asFloatBuffer().put(x.toFloats());
      bound.run();

      assertThat(y.toFloats()).containsExactly(engine.run(Map.of("x", x)).get("y").toFloats());
      assertThat(bound.outputs().get("y")).isSameAs(y);
    }
  }

  @Test
  void an_output_that_outgrows_its_bound_memory_is_an_error() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    OnnxModel model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 4L)
            .node("NonZero", List.of("x"), List.of("y"))
            .output("y", OnnxModel.INT64, 1L, "n");
    try (Engine engine = model.load();
        BoundRun bound = engine.bind(Map.of("x", HostTensor.wrap(ElementType.FLOAT, buffer, 4)))) {
      assertThat(bound.outputs().get("y").shape()).containsExactly(1, 0);
      buffer.putFloat(4, 1);
      assertThatThrownBy(bound::run)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("tiny.onnx");
    }
  }

  @Test
  void outputs_whose_shapes_depend_on_values_come_out_whole() {
    OnnxModel model =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, 4L)
            .node("NonZero", List.of("x"), List.of("y"))
            .output("y", OnnxModel.INT64, 1L, "n");
    try (Engine engine = model.load()) {
      assertThat(nonZero(engine, 0, 0, 0, 0)).isEmpty();
      assertThat(nonZero(engine, 0, 5, 0, 7)).containsExactly(1, 3);
      assertThat(nonZero(engine, 0, 5, 0, 7)).containsExactly(1, 3);
      assertThat(nonZero(engine, 0, 0, 9, 0)).containsExactly(2);
      assertThat(nonZero(engine, 1, 1, 1, 1)).containsExactly(0, 1, 2, 3);
    }
  }

  private static double[] nonZero(Engine engine, float... x) {
    return engine.run(Map.of("x", HostTensor.ofFloats(x, 4))).get("y").toDoubles();
  }

  @Test
  void each_run_gives_memory_of_its_own() {
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, "n").load()) {
      HostTensor[] results = new HostTensor[40];
      for (int i = 0; i < results.length; i++) {
        HostTensor x = HostTensor.ofFloats(new float[] {i, -i}, 2);
        results[i] = engine.run(Map.of("x", x)).get("y");
      }
      for (int i = 0; i < results.length; i++) {
        assertThat(results[i].toFloats()).containsExactly(i, 0);
      }
      for (int size = 0; size < 40; size++) {
        HostTensor x = HostTensor.allocate(ElementType.FLOAT, size);
        assertThat(engine.run(Map.of("x", x)).get("y").size()).isEqualTo(size);
      }
    }
  }

  @Test
  void closing_waits_for_runs_on_other_threads() throws Exception {
    HostTensor x = ramp(3 * 64 * 64, 1, 3, 64, 64);
    for (int i = 0; i < 20; i++) {
      Engine engine = OnnxModel.unary("Softmax", OnnxModel.FLOAT, 1L, 3L, 64L, 64L).load();
      Map<Thread, Throwable> ends = new ConcurrentHashMap<>();
      CountDownLatch running = new CountDownLatch(2);
      List<Thread> threads =
          List.of(
              new Thread(() -> runUntilClosed(engine, x, running)),
              new Thread(() -> runUntilClosed(engine, x, running)));
      for (Thread thread : threads) {
        thread.setUncaughtExceptionHandler((t, e) -> ends.put(t, e));
        thread.start();
      }
      running.await();
      engine.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ends).isEmpty();
    }
  }

  private static void runUntilClosed(Engine engine, HostTensor x, CountDownLatch running) {
    try {
      while (true) {
        engine.run(Map.of("x", x));
        running.countDown();
      }
    } catch (IllegalStateException closed) {
      assertThat(closed).hasMessageContaining("is closed");
    } finally {
      running.countDown();
    }
  }

  private static void assertRefused(Engine engine, Map<String, HostTensor> inputs, String message) {
    for (Runnable use :
        List.<Runnable>of(() -> engine.run(inputs), () -> engine.bind(inputs).close())) {
      assertThatThrownBy(use::run)
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot run 'tiny.onnx': ")
          .hasMessageContaining(message);
    }
  }

  private static HostTensor ramp(int count, long... shape) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i - count / 3f;
    }
    return HostTensor.ofFloats(values, shape);
  }
}
