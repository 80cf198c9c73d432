package io.repfold.engines;

import static io.repfold.engines.ContractModel.expected;
import static io.repfold.engines.ContractModel.image;
import static io.repfold.engines.ContractModel.pixels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.BatchingQueue;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One contract for all backends; where one cannot run, its tests are skipped with the reason. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
abstract class BackendContract {
  private static final Map<String, Integer> COUNTS = new TreeMap<>();

  private final Optional<Backend> found;
  private final String id;
  @TempDir private Path folder;

  BackendContract(String id) {
    this.id = id;
    this.found = Backends.all().stream().filter(b -> b.id().equals(id)).findFirst();
  }

  @BeforeEach
  void only_where_it_can_run() {
    String reason =
        found
            .map(Backend::availability)
            .map(a -> a instanceof Availability.Missing missing ? missing.reason() : "")
            .orElse("It is not on the class path");
    COUNTS.merge(id + (reason.isEmpty() ? ": ran" : ": skipped. " + reason), 1, Integer::sum);
    if (!reason.isEmpty()) {
      abort(id + ": " + reason);
    }
  }

  @AfterAll
  static void tell_what_ran() {
    COUNTS.forEach((what, count) -> System.out.printf("contract: %d tests, %s%n", count, what));
    COUNTS.clear();
  }

  private Backend backend() {
    return found.orElseThrow();
  }

  @Test
  void a_model_is_described_as_it_says() throws Exception {
    Path file = Files.write(folder.resolve("m.onnx"), ContractModel.bytes());
    try (Engine engine = backend().load(file, options())) {
      assertThat(engine.name()).isEqualTo(file.toString());
      assertThat(engine.backend()).startsWith(backend().name() + " ");
      assertThat(engine.options()).isEqualTo(options());
      assertThat(engine.inputs()).hasToString("[x: float32[N, 2, H, W]]");
      assertThat(engine.outputs())
          .hasToString("[y: float32[N, 3, H, W], label: int64[N, 1, H, W]]");
      assertThat(engine.metadata().custom()).containsEntry("contract", "kept");
    }
  }

  @Test
  void the_numbers_are_right_at_every_size() {
    try (Engine engine = load()) {
      int[][] sizes = {{1, 4, 5}, {2, 1, 1}, {1, 9, 2}, {3, 4, 5}, {1, 4, 5}};
      for (int[] size : sizes) {
        Map<String, HostTensor> x = image(size[1], size[0], size[1], size[2]);
        Map<String, HostTensor> outputs = engine.run(x);
        assertThat(outputs.keySet()).containsExactly("y", "label");
        float[] y = expected(x.get("x"));
        assertThat(outputs.get("y")).hasToString("float32" + shape(size, ContractModel.OUTPUTS));
        assertThat(outputs.get("y").toFloats()).containsExactly(y);
        assertThat(outputs.get("label")).hasToString("int64" + shape(size, 1));
        assertThat(outputs.get("label").toDoubles())
            .containsExactly(ContractModel.labels(y, size[0], size[1] * size[2]));
      }
    }
  }

  @Test
  void an_output_that_is_an_input_is_that_input_in_every_run() {
    try (Engine engine = backend().load("through", ContractModel.passingThrough(), options())) {
      for (float value : new float[] {1, -2, 3}) {
        Map<String, HostTensor> outputs =
            engine.run(Map.of("x", HostTensor.ofFloats(new float[] {value, 7}, 2)));
        assertThat(outputs.get("x").toFloats()).containsExactly(value, 7);
        assertThat(outputs.get("y").toFloats()).containsExactly(Math.max(0, value), 7);
      }
      ByteBuffer memory = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
      HostTensor x = HostTensor.wrap(ElementType.FLOAT, memory, 2);
      try (BoundRun bound = engine.bind(Map.of("x", x))) {
        memory.putFloat(0, -5).putFloat(4, 6);
        bound.run();
        assertThat(bound.outputs().get("x").toFloats()).containsExactly(-5, 6);
        assertThat(bound.outputs().get("y").toFloats()).containsExactly(0, 6);
      }
    }
  }

  @Test
  void with_fixed_shapes_and_without_optimizer_the_numbers_are_the_same() {
    Map<String, HostTensor> x = image(1, 1, 6, 7);
    byte[] model = ContractModel.bytes(1, 6, 7);
    try (Engine engine = backend().load("m", model, options().withoutOptimizer().withThreads(1))) {
      assertThat(engine.run(x).get("y").toFloats()).containsExactly(expected(x.get("x")));
    }
  }

  @Test
  void some_outputs_can_be_asked_for() {
    Map<String, HostTensor> x = image(1, 1, 3, 3);
    try (Engine engine = load()) {
      assertThat(engine.run(x, Set.of("label"))).containsOnlyKeys("label");
      assertThatThrownBy(() -> engine.run(x, Set.of("lable")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("'contract.onnx': it has no output 'lable'. Its outputs are y: ");
      assertThatThrownBy(() -> engine.run(x, Set.of()))
          .hasMessageContaining("no output was requested");
    }
  }

  @Test
  void inputs_that_do_not_fit_are_named_with_what_was_expected() {
    HostTensor good = image(1, 1, 3, 3).get("x");
    try (Engine engine = load()) {
      assertRefused(engine, Map.of(), "input 'x' (float32[N, 2, H, W]) is missing");
      assertRefused(
          engine,
          Map.of("x", HostTensor.allocate(ElementType.FLOAT, 1, 3, 3, 3)),
          "input 'x': expected float32[N, 2, H, W], found float32[1, 3, 3, 3]");
      assertRefused(
          engine,
          Map.of("x", HostTensor.allocate(ElementType.FLOAT, 2, 3, 3)),
          "found float32[2, 3, 3]");
      assertRefused(
          engine,
          Map.of("x", HostTensor.allocate(ElementType.DOUBLE, 1, 2, 3, 3)),
          "found float64[1, 2, 3, 3]");
      assertRefused(engine, Map.of("x", good, "z", good), "it has no input 'z'");
      assertThat(engine.run(Map.of("x", good)).get("y").toFloats()).containsExactly(expected(good));
    }
  }

  @Test
  void runs_from_several_threads_agree_with_those_of_one() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Engine engine = load()) {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        Map<String, HostTensor> x = image(i, 1 + i % 2, 5 + i % 4, 6);
        results.add(threads.submit(() -> engine.run(x).get("y").toFloats()));
      }
      for (int i = 0; i < results.size(); i++) {
        Map<String, HostTensor> x = image(i, 1 + i % 2, 5 + i % 4, 6);
        assertThat(results.get(i).get())
            .containsExactly(engine.run(x).get("y").toFloats())
            .containsExactly(expected(x.get("x")));
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void a_bound_run_reads_its_memory_and_keeps_its_outputs() {
    ByteBuffer memory = ByteBuffer.allocateDirect(4 * 2 * 4 * 5).order(ByteOrder.nativeOrder());
    HostTensor x = HostTensor.wrap(ElementType.FLOAT, memory, 1, 2, 4, 5);
    try (Engine engine = load();
        BoundRun bound = engine.bind(Map.of("x", x))) {
      HostTensor y = bound.outputs().get("y");
      ByteBuffer bytes = y.bytes();
      for (int seed = 0; seed < 3; seed++) {
        memory.asFloatBuffer().put(pixels(seed, 1, 4, 5));
        bound.run();
        assertThat(y.toFloats()).containsExactly(expected(x));
        assertThat(bytes.getFloat(0)).isEqualTo(y.toFloats()[0]);
        assertThat(bound.outputs().keySet()).containsExactly("y", "label");
        assertThat(bound.outputs().get("y")).isSameAs(y);
      }
    }
  }

  @Test
  void bound_runs_of_several_threads_do_not_disturb_each_other() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (Engine engine = load()) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int side = 4 + i;
        results.add(threads.submit(() -> boundRunsAreRight(engine, side)));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static boolean boundRunsAreRight(Engine engine, int side) {
    int bytes = 4 * 2 * side * side;
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    HostTensor x = HostTensor.wrap(ElementType.FLOAT, memory, 1, 2, side, side);
    boolean right = true;
    try (BoundRun bound = engine.bind(Map.of("x", x))) {
      for (int i = 0; i < 20; i++) {
        memory.asFloatBuffer().put(pixels(i, 1, side, side));
        bound.run();
        right &= Arrays.equals(bound.outputs().get("y").toFloats(), expected(x));
      }
    }
    return right;
  }

  @Test
  void a_session_follows_the_shapes() {
    try (Engine engine = load();
        Session session = Session.of(engine, 2)) {
      for (int side : new int[] {4, 7, 4, 2, 7}) {
        session.prepare(1, 2, side, side).asFloatBuffer().put(pixels(side, 1, side, side));
        assertThat(session.run().get("y").toFloats())
            .containsExactly(expected(image(side, 1, side, side).get("x")));
      }
    }
  }

  @Test
  void requests_of_a_queue_get_their_own_answers() throws Exception {
    BatchingQueue.Options options = BatchingQueue.Options.of(4, Duration.ofMillis(5));
    try (Engine engine = load();
        BatchingQueue queue = new BatchingQueue(engine, options)) {
      List<CompletableFuture<Map<String, HostTensor>>> results = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        results.add(queue.submit(image(i, 1, 5, 4)));
      }
      for (int i = 0; i < 10; i++) {
        assertThat(results.get(i).get().get("y").toFloats())
            .containsExactly(expected(image(i, 1, 5, 4).get("x")));
      }
    }
  }

  @Test
  void what_is_submitted_arrives_and_what_does_not_fit_fails() throws Exception {
    Map<String, HostTensor> x = image(3, 1, 4, 4);
    Engine engine = load();
    engine.warmUp(x, 2);
    assertThat(engine.submit(x).get().get("y").toFloats()).containsExactly(expected(x.get("x")));
    assertThat(engine.submit(x, Runnable::run).get().get("y").toFloats())
        .containsExactly(expected(x.get("x")));
    assertThatThrownBy(() -> engine.submit(Map.of()).get())
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining("input 'x'");
    engine.close();
    assertThatThrownBy(() -> engine.submit(x).get())
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The engine of 'contract.onnx' is closed");
  }

  @Test
  void what_is_closed_says_so_by_name() {
    Map<String, HostTensor> x = image(1, 1, 4, 4);
    Engine engine = load();
    BoundRun closedFirst = engine.bind(x);
    BoundRun bound = engine.bind(x);
    closedFirst.close();
    closedFirst.close();
    assertThatThrownBy(closedFirst::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The bound run of 'contract.onnx' is closed");
    HostTensor y = engine.run(x).get("y");
    engine.close();
    engine.close();
    for (Runnable use :
        List.<Runnable>of(
            () -> engine.run(x),
            () -> engine.run(x, Set.of("y")),
            () -> engine.bind(x),
            () -> engine.warmUp(x, 1),
            bound::run)) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The engine of 'contract.onnx' is closed");
    }
    bound.close();
    assertThat(y.toFloats()).containsExactly(expected(x.get("x")));
    assertThat(engine.inputs()).hasSize(1);
  }

  @Test
  void closing_waits_for_runs_of_other_threads() throws Exception {
    Map<String, HostTensor> x = image(1, 2, 40, 40);
    float[] y = expected(x.get("x"));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 5; i++) {
        Engine engine = load();
        CountDownLatch running = new CountDownLatch(2);
        List<Future<String>> ends = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
          ends.add(threads.submit(() -> runUntilClosed(engine, x, y, running)));
        }
        running.await();
        engine.close();
        for (Future<String> end : ends) {
          assertThat(end.get()).isEqualTo("The engine of 'contract.onnx' is closed");
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static String runUntilClosed(
      Engine engine, Map<String, HostTensor> x, float[] y, CountDownLatch running) {
    while (true) {
      try {
        if (!Arrays.equals(engine.run(x).get("y").toFloats(), y)) {
          return "wrong numbers";
        }
        running.countDown();
      } catch (IllegalStateException e) {
        return e.getMessage();
      }
    }
  }

  @Test
  void what_is_no_whole_model_is_refused_by_name() throws Exception {
    byte[] whole = ContractModel.bytes();
    Path file = Files.write(folder.resolve("m.onnx"), Arrays.copyOf(whole, whole.length - 40));
    for (Path path : List.of(file, folder.resolve("none.onnx"), folder)) {
      assertThatThrownBy(() -> backend().load(path, options()))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot load '%s': ".formatted(path));
    }
    for (byte[] bytes : List.of(new byte[0], new byte[] {1, 2, 3}, Arrays.copyOf(whole, 99))) {
      assertThatThrownBy(() -> backend().load("cut.onnx", bytes, options()))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot load 'cut.onnx': ");
    }
  }

  @Test
  void an_operator_that_nobody_knows_is_named() {
    assertThatThrownBy(
            () -> {
              try (Engine engine =
                  backend().load("odd.onnx", ContractModel.unknownOp(), options())) {
                engine.run(Map.of("x", HostTensor.allocate(ElementType.FLOAT, 2)));
              }
            })
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'odd.onnx'")
        .hasMessageContaining("Frobnicate");
  }

  private Engine load() {
    return backend().load(ContractModel.NAME, ContractModel.bytes(), options());
  }

  /** TF32 is allowed, as one backend cannot do without, and harmless to these numbers. */
  private static EngineOptions options() {
    return EngineOptions.defaults().withThreads(2).withTf32(true);
  }

  private static String shape(int[] size, int channels) {
    return Arrays.toString(new int[] {size[0], channels, size[1], size[2]});
  }

  private static void assertRefused(Engine engine, Map<String, HostTensor> inputs, String message) {
    for (Runnable use :
        List.<Runnable>of(() -> engine.run(inputs), () -> engine.bind(inputs).close())) {
      assertThatThrownBy(use::run)
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot run 'contract.onnx': ")
          .hasMessageContaining(message);
    }
  }
}
