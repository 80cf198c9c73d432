package io.repfold.tensorrt;

import io.repfold.bench.Contender;
import io.repfold.bench.Throughput;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backends;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * What must hold on a machine with a GPU: run by {@link GpuTest} where there is Maven, and by
 * {@link #main} where there is only Java.
 */
final class GpuChecks {
  private static final int LOADS = Integer.getInteger("gpu.loads", 1000);
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int LOADS_TO_WARM_UP = LOADS / 10;

  /** Of one GPU and one host: what a driver keeps for itself moves by less. */
  private static final long SLACK = 32L << 20;

  /** One check, in a folder of its own. */
  interface Check {
    void run(Path folder) throws Exception;
  }

  private GpuChecks() {}

  /** All checks by name. */
  static Map<String, Check> all() {
    Map<String, Check> all = new LinkedHashMap<>();
    all.put("a plan computes what ONNX Runtime computes", GpuChecks::agreesWithOnnxRuntime);
    all.put("profiles take the shapes that they say, and no others", GpuChecks::followsProfiles);
    all.put("without profiles, plans follow the shapes of runs", GpuChecks::followsShapes);
    all.put("a CUDA graph computes the same bits", GpuChecks::graphIsEqual);
    all.put("inputs may lie on the GPU", GpuChecks::readsFromTheGpu);
    all.put("threads run one plan at once", GpuChecks::runsOnThreads);
    all.put("bound runs are under way at once", GpuChecks::countsRunsAtOnce);
    all.put("unsupported nodes are named", GpuChecks::namesUnsupportedNodes);
    all.put("outputs that are counted are refused early", GpuChecks::refusesCountedOutputs);
    all.put("a plan of others is taken over", GpuChecks::takesOver);
    all.put("a plan of another GPU is refused", GpuChecks::refusesOtherDevice);
    all.put("a timing cache is written and read", GpuChecks::keepsTimes);
    all.put("a run that failed harms no other", GpuChecks::survivesFailures);
    all.put("a plan may be for other GPUs too", GpuChecks::compilesForOthers);
    all.put("%d loads leave memory flat".formatted(LOADS), GpuChecks::loadsLeaveMemoryFlat);
    return all;
  }

  /**
   * Runs all checks whose name holds the first argument, if there is one.
   *
   * @throws IllegalStateException if one failed
   */
  public static void main(String[] arguments) throws Exception {
    if (new TensorRtBackend().availability() instanceof Availability.Missing missing) {
      throw new IllegalStateException(missing.reason());
    }
    System.out.println(Gpu.describe(0));
    List<String> failed = new ArrayList<>();
    for (Map.Entry<String, Check> check : all().entrySet()) {
      if (arguments.length > 0 && !check.getKey().contains(arguments[0])) {
        continue;
      }
      long start = System.nanoTime();
      String outcome = "ok    ";
      try {
        check.getValue().run(Files.createTempDirectory("repfold-gpu"));
      } catch (Exception | AssertionError e) {
        outcome = "FAILED";
        failed.add(check.getKey());
        e.printStackTrace(System.out);
      }
      System.out.printf(
          "%s %s (%.1f s)%n", outcome, check.getKey(), (System.nanoTime() - start) / 1e9);
    }
    if (!failed.isEmpty()) {
      throw new IllegalStateException("failed: " + failed);
    }
  }

  private static void agreesWithOnnxRuntime(Path folder) {
    Path model = GpuModels.fixed(folder);
    Path plan = compile(model, PlanOptions.defaults());
    Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(1, 1, 3, 32, 48));

    try (Engine onnx = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults());
        Engine engine = load(plan)) {
      assertClose(onnx.run(inputs), engine.run(inputs));
      check(engine.inputs().equals(PlanManifest.read(plan).inputs()), "the manifest's inputs");
      check(!PlanManifest.read(plan).layers().isEmpty(), "the manifest lists layers");
    }
  }

  private static void followsProfiles(Path folder) {
    Path model = GpuModels.dynamic(folder);
    List<Profile> profiles =
        Profile.parse(
            List.of("x=1x3x16x16:1x3x32x48:2x3x64x64", "x=4x3x32x32:8x3x32x32:16x3x32x32"));
    Path plan = compile(model, PlanOptions.defaults().withProfiles(profiles));

    try (Engine onnx = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults());
        Engine engine = load(plan)) {
      for (long[] shape :
          new long[][] {{1, 3, 16, 16}, {8, 3, 32, 32}, {2, 3, 64, 40}, {16, 3, 32, 32}}) {
        Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(shape[0], shape));
        assertClose(onnx.run(inputs), engine.run(inputs));
      }
      assertRefused(
          () -> engine.run(Map.of("x", GpuModels.image(1, 3, 3, 64, 64))), "'x'", "profile 1");
    }
    assertRefused(() -> compile(model, PlanOptions.defaults()), "'x'", "--profile");
  }

  /** The first plan takes one shape only, and must not be taken for the next. */
  private static void followsShapes(Path folder) {
    Path model = GpuModels.dynamic(folder);
    try (Engine onnx = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults());
        Engine engine = new TensorRtBackend().load(model, EngineOptions.defaults())) {
      for (long[] shape : new long[][] {{1, 3, 32, 48}, {2, 3, 16, 16}, {1, 3, 20, 40}}) {
        Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(shape[2], shape));
        assertClose(onnx.run(inputs), engine.run(inputs));
      }
    }
  }

  private static void graphIsEqual(Path folder) {
    Path plan = compile(GpuModels.fixed(folder), PlanOptions.defaults());
    ByteBuffer memory = PinnedMemory.pages(3 * 32 * 48 * 4);
    HostTensor input = HostTensor.wrap(io.repfold.runtime.ElementType.FLOAT, memory, 1, 3, 32, 48);

    try (DeviceEngine engine = load(plan);
        DeviceRun plain = engine.bind(Map.of("x", input), Map.of(), false);
        DeviceRun graph = engine.bind(Map.of("x", input), Map.of(), true)) {
      System.out.println("       graph: " + graph.withoutGraph().orElse("yes"));
      System.out.println("       not pinned: " + graph.notPinned());
      check(graph.withoutGraph().isEmpty(), "a plain network can be recorded");
      check(plain.notPinned().isEmpty() && graph.notPinned().isEmpty(), "both pin what they share");
      check(plain.withoutGraph().isPresent(), "no graph was asked for");
      for (int seed = 0; seed < 5; seed++) {
        memory.duplicate().put(GpuModels.image(seed, 1, 3, 32, 48).bytes());
        plain.run();
        graph.run();
        assertSameBits(plain.outputs(), graph.outputs());
        assertSameBits(engine.run(Map.of("x", input)), graph.outputs());
      }
    }
  }

  private static void readsFromTheGpu(Path folder) {
    Path plan = compile(GpuModels.fixed(folder), PlanOptions.defaults());
    HostTensor image = GpuModels.image(3, 1, 3, 32, 48);
    long bytes = Execution.bytes(image);

    try (DeviceEngine engine = load(plan);
        DeviceMemory memory = new DeviceMemory();
        BytePointer host = new BytePointer(image.bytes())) {
      var address = memory.atLeast(bytes);
      Cuda.check(cudart.cudaMemcpy(address, host, bytes, cudart.cudaMemcpyHostToDevice), "copying");
      DeviceBuffer buffer =
          new DeviceBuffer(address.address(), image.type(), List.of(1L, 3L, 32L, 48L));
      try (BoundRun run = engine.bind(Map.of(), Map.of("x", buffer), true)) {
        run.run();
        assertSameBits(engine.run(Map.of("x", image)), run.outputs());
      }
    }
  }

  private static void runsOnThreads(Path folder) throws Exception {
    Path plan = compile(GpuModels.fixed(folder), PlanOptions.defaults());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Engine engine = load(plan)) {
      List<Map<String, HostTensor>> expected = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        expected.add(engine.run(Map.of("x", GpuModels.image(i, 1, 3, 32, 48))));
      }
      List<Future<Map<String, HostTensor>>> runs = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        HostTensor image = GpuModels.image(i % 40, 1, 3, 32, 48);
        runs.add(threads.submit(() -> engine.run(Map.of("x", image))));
      }
      for (int i = 0; i < 400; i++) {
        assertSameBits(expected.get(i % 40), runs.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each stream reads the same inputs, in memory that is pinned once. */
  private static void countsRunsAtOnce(Path folder) {
    Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(1, 1, 3, 32, 48));
    try (DeviceEngine engine = load(compile(GpuModels.fixed(folder), PlanOptions.defaults()))) {
      Throughput one =
          Throughput.measure(new Contender("plan", engine), inputs, 1, Duration.ofMillis(300), 50);
      Throughput four =
          Throughput.measure(new Contender("plan", engine), inputs, 4, Duration.ofMillis(300), 50);
      System.out.printf(
          "       %.0f runs a second on 1 stream, %.0f on 4%n",
          one.runsPerSecond(), four.runsPerSecond());
      check(four.runs() >= 200, "each stream runs");
      check(!engine.layers().isEmpty(), "the layers are told");
      try (DeviceRun first = engine.bind(inputs);
          DeviceRun second = engine.bind(inputs)) {
        check(first.notPinned().equals(second.notPinned()), "both read pinned memory");
        first.run();
        second.run();
        assertSameBits(first.outputs(), second.outputs());
      }
    }
  }

  private static void namesUnsupportedNodes(Path folder) throws Exception {
    Path model = GpuModels.unsupported(folder);
    assertRefused(() -> compileAnew(model, PlanOptions.defaults()), "/head/foo", "Foo");
    check(!Files.exists(planOf(model)), "no plan of a model that failed");
  }

  private static void refusesCountedOutputs(Path folder) throws Exception {
    Path model = GpuModels.counting(folder);
    assertRefused(
        () -> compile(model, PlanOptions.defaults()), "output 'y'", "/post/where", "NonZero");
    check(!Files.exists(planOf(model)), "no plan of a model that failed");
  }

  /** As if the plan had come without our manifest. */
  private static void takesOver(Path folder) throws Exception {
    Path model = GpuModels.dynamic(folder);
    List<Profile> profiles = Profile.parse(List.of("x=1x3x16x16:1x3x32x48:2x3x64x64"));
    Path plan = compile(model, PlanOptions.defaults().withProfiles(profiles));
    Path theirs = Files.copy(plan, folder.resolve("theirs.engine"));
    Path taken = folder.resolve("taken.plan");
    PlanManifest manifest =
        PlanBuilder.on(0).adopt(theirs, taken, PlanOptions.defaults(), step -> {}).manifest();
    check(manifest.key().profiles().equals(profiles.get(0).toString()), "its profile is read");
    Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(1, 1, 3, 32, 48));
    try (Engine own = load(plan);
        Engine other = load(taken)) {
      assertSameBits(own.run(inputs), other.run(inputs));
    }
    Files.writeString(theirs, "no plan of anybody");
    assertRefused(
        () -> PlanBuilder.on(0).adopt(theirs, taken, PlanOptions.defaults(), step -> {}),
        "Cannot take over");
  }

  private static void refusesOtherDevice(Path folder) throws Exception {
    Path plan = compile(GpuModels.fixed(folder), PlanOptions.defaults());
    Path manifest = PlanManifest.beside(plan);
    String own = Gpu.describe(0).gpu();
    Files.writeString(manifest, Files.readString(manifest).replace(own, "Other GPU"));
    assertRefused(() -> load(plan), own, "Other GPU");
  }

  private static void keepsTimes(Path folder) throws Exception {
    Path model = GpuModels.fixed(folder);
    Path times = folder.resolve("times");
    PlanOptions defaults = PlanOptions.defaults();
    PlanOptions options =
        defaults.toBuilder().timingCache(times).tf32(true).timeLimit(LIMIT).build();
    compileAnew(model, options);
    check(Files.size(times) > 0, "the timing cache has content");
    compileAnew(model, options);
    Files.writeString(times, "of another program");
    compileAnew(model, options);
    check(Files.size(times) > 20, "a foreign timing cache is begun anew");
  }

  /** TensorRT may want a library of kernels for this that the rest does without. */
  private static void compilesForOthers(Path folder) {
    Path model = GpuModels.fixed(folder);
    PlanOptions all =
        PlanOptions.defaults().toBuilder().hardwareCompatible(true).timeLimit(LIMIT).build();
    try (Engine engine = load(compile(model, all))) {
      engine.run(Map.of("x", GpuModels.image(1, 1, 3, 32, 48)));
    }
  }

  /** The engine goes on after a run that failed, and frees what was bound to it. */
  private static void survivesFailures(Path folder) {
    Path model = GpuModels.dynamic(folder);
    List<Profile> profiles = Profile.parse(List.of("x=1x3x16x16:1x3x32x48:2x3x64x64"));
    Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(1, 1, 3, 32, 48));
    DeviceRun bound;
    try (DeviceEngine engine =
        load(compile(model, PlanOptions.defaults().withProfiles(profiles)))) {
      bound = engine.bind(inputs);
      bound.run();
      assertRefused(
          () -> engine.run(Map.of("x", GpuModels.image(1, 1, 3, 80, 80))), "'x'", "profile 0");
      assertSameBits(bound.outputs(), engine.run(inputs));
    }
    boolean refused = false;
    try {
      bound.run();
    } catch (IllegalStateException e) {
      refused = true;
    }
    check(refused, "a bound run of a closed engine is refused");
    bound.close();
  }

  private static void loadsLeaveMemoryFlat(Path folder) throws Exception {
    Path plan = compile(GpuModels.fixed(folder), PlanOptions.defaults());
    Map<String, HostTensor> inputs = Map.of("x", GpuModels.image(1, 1, 3, 32, 48));
    long device = 0;
    long host = 0;
    for (int i = 0; i <= LOADS; i++) {
      try (DeviceEngine engine = load(plan);
          DeviceRun run = engine.bind(inputs)) {
        engine.run(inputs);
        run.run();
      }
      if (i == LOADS_TO_WARM_UP) {
        System.gc();
        device = freeOnDevice();
        host = resident();
      }
    }
    System.gc();
    long lost = device - freeOnDevice();
    long grown = resident() - host;
    System.out.printf("       device -%d KiB, host +%d KiB%n", lost >> 10, grown >> 10);
    check(lost < SLACK, "the GPU lost %d bytes".formatted(lost));
    check(grown < 4 * SLACK, "this process grew by %d bytes".formatted(grown));
  }

  private static Path planOf(Path model) {
    return model.resolveSibling(model.getFileName() + ".plan");
  }

  /** A copy of the plan that the first check with this model and these options compiled. */
  private static Path compile(Path model, PlanOptions options) {
    PlanOptions timed = options.toBuilder().timingCache(shared().resolve("times")).build();
    Path plan = planOf(model);
    try {
      Path kept =
          PlanBuilder.on(0)
              .buildInto(PlanCache.in(shared().resolve("plans")), model, timed, step -> {})
              .plan();
      Files.copy(kept, plan, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(
          PlanManifest.beside(kept),
          PlanManifest.beside(plan),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return plan;
  }

  private static Path compileAnew(Path model, PlanOptions options) {
    return PlanBuilder.on(0).build(model, planOf(model), options, step -> {}).plan();
  }

  /** Of this process: what another compiled would say nothing of the code that is checked. */
  private static Path shared() {
    Path folder =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "repfold-gpu-checks-" + ProcessHandle.current().pid());
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DeviceEngine load(Path plan) {
    return (DeviceEngine) new TensorRtBackend().load(plan, EngineOptions.defaults());
  }

  private static long freeOnDevice() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      Cuda.check(cudart.cudaMemGetInfo(free, total), "asking for free memory");
      return free.get();
    }
  }

  /** Bytes of this process in memory. */
  private static long resident() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  private static void assertClose(Map<String, HostTensor> expected, Map<String, HostTensor> found) {
    check(expected.keySet().equals(found.keySet()), "outputs " + found.keySet());
    expected.forEach(
        (name, tensor) -> {
          HostTensor other = Objects.requireNonNull(found.get(name), name);
          check(tensor.toString().equals(other.toString()), name + " is " + other);
          double largest = 0;
          double error = 0;
          for (int i = 0; i < tensor.size(); i++) {
            largest = Math.max(largest, Math.abs(tensor.get(i)));
            error = Math.max(error, Math.abs(tensor.get(i) - other.get(i)));
          }
          check(error <= 1e-4 * largest, "%s is off by %g of %g".formatted(name, error, largest));
        });
  }

  private static void assertSameBits(
      Map<String, HostTensor> expected, Map<String, HostTensor> found) {
    expected.forEach(
        (name, tensor) -> {
          HostTensor other = Objects.requireNonNull(found.get(name), name);
          boolean equal =
              tensor
                  .bytes()
                  .order(ByteOrder.nativeOrder())
                  .equals(other.bytes().order(ByteOrder.nativeOrder()));
          check(equal, name + " has other bits");
        });
  }

  private static void assertRefused(Runnable work, String... parts) {
    try {
      work.run();
    } catch (EngineException e) {
      for (String part : parts) {
        check(String.valueOf(e.getMessage()).contains(part), part + " in: " + e.getMessage());
      }
      return;
    }
    throw new AssertionError("it was not refused");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
