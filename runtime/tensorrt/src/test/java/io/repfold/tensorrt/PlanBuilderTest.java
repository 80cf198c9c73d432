package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.TensorInfo;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, in the place of the one that needs a GPU. */
@Tag("slow")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class PlanBuilderTest {
  private static final Duration LONG = Duration.ofMinutes(10);

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
    assertThat(PlanFile.read(plan, PlanSamples.H100, List.of()).manifest())
        .isEqualTo(result.manifest());
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
    assertThat(PlanFile.read(again.plan(), PlanSamples.H100, List.of()).manifest())
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

  /** The time is up when it has started another process, however long that took. */
  @Test
  void what_takes_too_long_is_ended_with_all_that_it_started() throws Exception {
    BlockingQueue<String> steps = new LinkedBlockingQueue<>();
    List<Object> seen = new CopyOnWriteArrayList<>();
    BuildProcess process =
        new BuildProcess(
            file -> BuildProcess.java(Children.Hangs.class.getName(), file),
            (child, limit) -> {
              seen.add(limit);
              seen.add(sleeper(steps));
              return false;
            });
    PlanOptions options = PlanOptions.defaults().withTimeLimit(Duration.ofSeconds(4));

    assertThatThrownBy(
            () ->
                new PlanBuilder(PlanSamples.H100, 0, process)
                    .build(model, plan, options, steps::add))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(
            "net.onnx", "was not done within 4 s", "trying kernels", "Give it more time");

    assertThat(seen).hasSize(2).startsWith(Duration.ofSeconds(4));
    assertEnds((Long) seen.get(1));
    assertFiles("net.onnx");
  }

  @Test
  void a_time_limit_ends_what_does_not_end_by_itself() throws IOException {
    assertFails(Children.Hangs.class, Duration.ofMillis(5), "was not done within 5 ms");
  }

  /** The process that {@link Children.Hangs} started. */
  private static long sleeper(BlockingQueue<String> steps) throws InterruptedException {
    String step = steps.take();
    while (!step.startsWith(Children.Hangs.SLEEPER)) {
      step = steps.take();
    }
    return Long.parseLong(step.substring(Children.Hangs.SLEEPER.length()));
  }

  /** What was killed may take a moment to end, and minutes only if nobody killed it. */
  private static void assertEnds(long process) throws InterruptedException {
    for (int i = 0; i < 12_000 && isRunning(process); i++) {
      Thread.sleep(10);
    }
    assertThat(isRunning(process)).isFalse();
  }

  /** A process that has ended has no command, even if nobody asked how it ended. */
  private static boolean isRunning(long process) {
    return ProcessHandle.of(process).flatMap(p -> p.info().command()).isPresent();
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
    BlockingQueue<String> steps = new LinkedBlockingQueue<>();
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
    long sleeper = sleeper(steps);
    thread.interrupt();
    thread.join();

    assertThat(thrown)
        .hasSize(2)
        .allSatisfy(e -> assertThat(e).hasMessageContaining("interrupted"));
    assertEnds(sleeper);
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

  @Test
  void plug_ins_reach_the_process_the_key_and_the_manifest() throws IOException {
    Path library = Files.writeString(folder.resolve("libops.so"), "operators");
    PlanOptions options = PlanOptions.defaults().withPlugins(List.of(library));

    PlanResult result = builder(Children.NamesPlugins.class).build(model, plan, options, s -> {});

    assertThat(result.warnings()).containsExactly("[%s]".formatted(library));
    assertThat(result.manifest().plugins())
        .containsExactly(new PlanPlugin("libops.so", Sha256.of(library)));
    PlanKey before = result.manifest().key();
    assertThat(before.options()).endsWith(" plugin=libops.so:" + Sha256.of(library));
    Files.writeString(library, "other operators");
    assertThat(PlanKey.of(model, PlanSamples.H100, options)).isNotEqualTo(before);
  }

  @Test
  void a_plan_of_others_is_copied_and_gets_a_manifest() throws IOException {
    Path theirs = Files.writeString(folder.resolve("theirs.engine"), "a plan of trtexec");
    PlanOptions options = PlanOptions.defaults().toBuilder().versionCompatible(true).build();

    PlanResult result = builder(Children.Adopts.class).adopt(theirs, plan, options, s -> {});

    assertThat(Files.readString(plan)).isEqualTo("a plan of trtexec");
    PlanManifest manifest = PlanManifest.read(plan);
    assertThat(manifest).isEqualTo(result.manifest());
    assertThat(manifest.model()).isEqualTo(theirs.toString());
    assertThat(manifest.key().isAdopted()).isTrue();
    assertThat(manifest.key().isVersionCompatible()).isTrue();
    assertThat(manifest.key().isHardwareCompatible()).as("as the plan says").isTrue();
    assertThat(manifest.key().profiles()).isEqualTo("x=1:2:3");
    assertThat(manifest.inputs()).extracting(TensorInfo::name).containsExactly("x");
    assertFiles("net.onnx", "theirs.engine", "net.plan", "net.plan.json");
  }

  @Test
  void what_is_no_plan_is_told_before_a_process_is_started() throws IOException {
    PlanBuilder builder =
        new PlanBuilder(PlanSamples.H100, 0, new BuildProcess(file -> List.of("/no/such/program")));
    Path empty = Files.createFile(folder.resolve("empty.plan"));
    Path wrapped = folder.resolve("yolo.engine");
    Files.write(wrapped, new byte[] {3, 0, 0, 0, '{', '1', '}', 'f', 't', 'r', 't'});

    assertNotAdopted(builder, folder.resolve("none.plan"), "no such file");
    assertNotAdopted(builder, folder, "it is not a file");
    assertNotAdopted(builder, empty, "it has 0 bytes");
    assertNotAdopted(builder, wrapped, "3 bytes of JSON", "tail -c +8 " + wrapped);
    Path whole = Files.writeString(folder.resolve("whole.plan"), "ftrt and more");
    assertNotAdopted(builder, whole, "cannot be started");
  }

  private void assertNotAdopted(PlanBuilder builder, Path theirs, String... parts) {
    assertThatThrownBy(() -> builder.adopt(theirs, plan, PlanOptions.defaults(), s -> {}))
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith("Cannot take over '%s': ".formatted(theirs))
        .hasMessageContainingAll(parts);
    assertThat(plan).doesNotExist();
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
