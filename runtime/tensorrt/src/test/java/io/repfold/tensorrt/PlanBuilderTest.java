package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, in the place of the one that needs a GPU. */
@Tag("slow")
class PlanBuilderTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path folder;
  private Path model;
  private Path plan;

  @BeforeEach
  void a_model() throws IOException {
    // The shortest ONNX file: version 8 of the format, and nothing else.
    model = Files.write(folder.resolve("net.onnx"), new byte[] {8, 8});
    plan = folder.resolve("net.plan");
  }

  @Test
  void a_plan_appears_with_its_manifest_and_nothing_else() throws IOException {
    List<String> steps = new CopyOnWriteArrayList<>();
    PlanOptions options = PlanOptions.defaults().withOptimizationLevel(5);

    PlanResult result = builder(Children.Succeeds.class).build(model, plan, options, steps::add);

    assertThat(Files.readString(plan)).isEqualTo("plan with level 5");
    assertThat(PlanManifest.read(plan)).isEqualTo(result.manifest());
    assertThat(result.manifest().key()).isEqualTo(PlanKey.of(model, PlanSamples.H100, options));
    assertThat(result.manifest().layers()).extracting(PlanLayer::name).containsExactly("conv");
    assertThat(result.warnings()).containsExactly("a subnormal weight");
    assertThat(steps).containsExactly("reading the model");
    assertThat(PlanFile.read(plan, PlanSamples.H100).manifest()).isEqualTo(result.manifest());
    assertFiles("net.onnx", "net.plan", "net.plan.json");
  }

  @Test
  void the_cache_compiles_once_and_again_for_other_options() throws IOException {
    PlanCache cache = PlanCache.in(folder.resolve("cache"));
    PlanBuilder builder = builder(Children.Succeeds.class);

    PlanResult first = builder.buildInto(cache, model, PlanOptions.defaults(), s -> {});
    PlanResult again = builder.buildInto(cache, model, PlanOptions.defaults(), s -> {});
    PlanResult other =
        builder.buildInto(cache, model, PlanOptions.defaults().withTf32(true), s -> {});

    assertThat(first.seconds()).isPositive();
    assertThat(again.seconds()).isZero();
    assertThat(again.plan()).isEqualTo(first.plan());
    assertThat(other.plan()).isNotEqualTo(first.plan());
    assertThat(other.seconds()).isPositive();
  }

  @Test
  void a_plan_of_the_cache_with_other_bytes_is_compiled_again() throws IOException {
    PlanCache cache = PlanCache.in(folder.resolve("cache"));
    PlanBuilder builder = builder(Children.Succeeds.class);
    PlanResult first = builder.buildInto(cache, model, PlanOptions.defaults(), s -> {});
    byte[] whole = Files.readAllBytes(first.plan());
    byte[] damaged = whole.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(first.plan(), damaged);

    PlanResult again = builder.buildInto(cache, model, PlanOptions.defaults(), s -> {});

    assertThat(again.seconds()).isPositive();
    assertThat(Files.readAllBytes(again.plan())).isEqualTo(whole);
    assertThat(PlanFile.read(again.plan(), PlanSamples.H100).manifest())
        .isEqualTo(again.manifest());
  }

  @Test
  void a_model_that_changes_while_it_is_compiled_gives_no_plan() throws IOException {
    assertFails(Children.ChangesTheModel.class, LONG, "changed while it was compiled");
  }

  /** As with {@code java -cp 'app/*:classes:'}, which Java hands on as it is but for the star. */
  @Test
  void relative_paths_of_this_process_hold_in_the_one_that_compiles() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    String before = System.getProperty("java.class.path");
    String relative =
        Stream.of(before.split(File.pathSeparator))
            .map(entry -> here.relativize(Path.of(entry).toAbsolutePath()).toString())
            .collect(joining(File.pathSeparator));
    try {
      System.setProperty("java.class.path", relative + File.pathSeparator);
      System.setProperty("org.bytedeco.javacpp.cachedir", "own cache");

      PlanResult result =
          builder(Children.Succeeds.class).build(model, plan, PlanOptions.defaults(), s -> {});

      assertThat(result.manifest().bytes()).isPositive();
      assertThat(BuildProcess.java("Main", plan))
          .contains("-Dorg.bytedeco.javacpp.cachedir=" + here.resolve("own cache"))
          .anySatisfy(word -> assertThat(word).endsWith(File.pathSeparator + here));
    } finally {
      System.setProperty("java.class.path", before);
      System.clearProperty("org.bytedeco.javacpp.cachedir");
    }
  }

  @Test
  void all_problems_are_reported() throws IOException {
    assertFails(Children.Reports.class, LONG, "node 'a' (Foo): no importer; node 'b' (Bar): none");
  }

  @Test
  void a_crash_is_an_error_with_its_signal_and_the_last_lines() throws IOException {
    assertFails(
        Children.Crashes.class,
        LONG,
        "crashed in native code: SIGSEGV",
        "It printed last: reading the model | about to touch memory that is not there");
  }

  @Test
  void a_process_that_is_killed_is_an_error_with_the_signal() throws IOException {
    assertFails(Children.IsKilled.class, LONG, "died of signal 9 (SIGKILL)", "memory runs out");
  }

  @Test
  void what_takes_too_long_is_ended_with_all_that_it_started() throws IOException {
    long before = sleepers();

    assertFails(
        Children.Hangs.class,
        Duration.ofSeconds(4),
        "was not done within 4 s",
        "trying kernels",
        "Give it more time");

    assertThat(sleepers()).isEqualTo(before);
  }

  /** Grandchildren of this process that sleep. */
  private static long sleepers() {
    return ProcessHandle.current()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .filter(p -> p.info().command().orElse("").endsWith("sleep"))
        .count();
  }

  @Test
  void a_plan_that_is_not_the_one_that_was_compiled_is_not_kept() throws IOException {
    assertFails(Children.LosesThePlan.class, LONG, "not the one that was compiled");
  }

  @Test
  void a_failure_keeps_the_plan_that_was_there() throws IOException {
    builder(Children.Succeeds.class).build(model, plan, PlanOptions.defaults(), s -> {});
    byte[] before = Files.readAllBytes(plan);

    assertThatThrownBy(
            () ->
                builder(Children.Reports.class).build(model, plan, PlanOptions.defaults(), s -> {}))
        .isInstanceOf(EngineException.class);

    assertThat(Files.readAllBytes(plan)).isEqualTo(before);
    assertFiles("net.onnx", "net.plan", "net.plan.json");
  }

  @Test
  void an_interrupted_build_ends_its_process() throws Exception {
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    List<String> steps = new CopyOnWriteArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                builder(Children.Hangs.class)
                    .build(model, plan, PlanOptions.defaults(), steps::add);
              } catch (EngineException e) {
                thrown.add(e);
                thrown.add(Thread.currentThread().isInterrupted() ? e : new AssertionError());
              }
            });
    thread.start();
    for (int i = 0; i < 600 && steps.isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(steps).isNotEmpty();

    thread.interrupt();
    thread.join(60_000);

    assertThat(thrown)
        .hasSize(2)
        .allSatisfy(e -> assertThat(e).hasMessageContaining("interrupted"));
    assertFiles("net.onnx");
  }

  @Test
  void a_process_that_cannot_start_is_an_error() {
    PlanBuilder builder =
        new PlanBuilder(PlanSamples.H100, 0, new BuildProcess(file -> List.of("/no/such/program")));

    assertThatThrownBy(() -> builder.build(model, plan, PlanOptions.defaults(), s -> {}))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("net.onnx", "cannot be started");
  }

  /** The real one, which says that there is no GPU, or the like. */
  @Test
  void the_process_that_compiles_says_why_it_cannot_here() {
    assumeTrue(
        new TensorRtBackend().availability() instanceof Availability.Missing,
        "TensorRT can run here");
    PlanBuilder builder = new PlanBuilder(PlanSamples.H100, 0, BuildProcess.ownJava());
    Availability.Missing missing = (Availability.Missing) new TensorRtBackend().availability();

    assertThatThrownBy(() -> builder.build(model, plan, PlanOptions.defaults(), s -> {}))
        .isInstanceOf(EngineException.class)
        .hasMessage("Cannot compile '%s': %s".formatted(model, missing.reason()));
  }

  private static PlanBuilder builder(Class<?> child) {
    return new PlanBuilder(
        PlanSamples.H100, 0, new BuildProcess(file -> BuildProcess.java(child.getName(), file)));
  }

  private void assertFails(Class<?> child, Duration limit, String... parts) throws IOException {
    PlanOptions options = PlanOptions.defaults().withTimeLimit(limit);

    assertThatThrownBy(() -> builder(child).build(model, plan, options, s -> {}))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("net.onnx")
        .hasMessageContainingAll(parts);
    assertFiles("net.onnx");
  }

  private void assertFiles(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }
}
