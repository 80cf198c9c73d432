package io.repfold.tensorrt;

import io.repfold.runtime.Availability;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.HardwareCompatibilityLevel;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/** Compiles with TensorRT in this process, or loads what others have compiled. */
final class NativeBuild {
  private final BuildRequest request;
  private final Consumer<BuildMessage> say;
  private final NativeLog log = TrtLogger.messages();

  private NativeBuild(BuildRequest request, Consumer<BuildMessage> say) {
    this.request = request;
    this.say = say;
  }

  /**
   * Writes the plan that was asked for.
   *
   * @throws BuildFailedException with all that is wrong with the model
   */
  static BuildMessage.Done run(BuildRequest request, Consumer<BuildMessage> say)
      throws IOException {
    if (NativeLibraries.availability() instanceof Availability.Missing missing) {
      throw new BuildFailedException(List.of(missing.reason()));
    }
    Gpu.use(request.device());
    TrtLogger.instance().onWarning(text -> say.accept(new BuildMessage.Warning(text)));
    try {
      NativeBuild build = new NativeBuild(request, say);
      Plugins.load(request.options().plugins());
      return request.adopt() ? build.adopt() : build.build();
    } catch (NativeException e) {
      throw new BuildFailedException(
          List.of(BuilderResource.explained(String.valueOf(e.getMessage()))));
    }
  }

  /** Copies a plan that somebody else compiled, and loads it to see what is in it. */
  private BuildMessage.Done adopt() throws IOException {
    step("reading the plan");
    Path file = request.plan();
    Files.copy(request.model(), file, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(file);
        BytePointer bytes =
            new BytePointer(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))) {
      return describe(bytes, channel.size(), Sha256.of(file), channel.size());
    }
  }

  private BuildMessage.Done build() throws IOException {
    BuilderResource.load();
    Plugins.registerOwn().ifPresent(this::warn);
    long mark = log.mark();
    try (TimingCache cache = new TimingCache(request.options(), this::warn);
        NativeObject<IBuilder> builder =
            NativeObject.of("builder", nvinfer.createInferBuilder(TrtLogger.instance()), mark);
        NativeObject<INetworkDefinition> network =
            NativeObject.of("network", builder.get().createNetworkV2(stronglyTyped()), mark);
        NativeObject<IParser> parser =
            NativeObject.of(
                "parser",
                nvonnxparser.createParser(network.get(), TrtLogger.instance()),
                mark,
                Destructor.slotOfParser(nvinfer.getInferLibMajorVersion()));
        NativeObject<IBuilderConfig> config =
            NativeObject.of("configuration", builder.get().createBuilderConfig(), mark)) {
      parse(parser.get());
      BuildConfig.apply(request.options(), builder.get(), network.get(), config.get());
      OutputShapes.demandFixed(network.get(), request.options().profiles());
      int level = request.options().optimizationLevel();
      step(
          "compiling %d layers for %s, level %d"
              .formatted(network.get().getNbLayers(), Gpu.describe(request.device()).gpu(), level));
      cache.giveTo(config.get());
      BuildMessage.Done done = compile(builder.get(), network.get(), config.get());
      cache.save();
      return done;
    }
  }

  /** TensorRT 11 knows no other networks, and deprecates the word. */
  @SuppressWarnings("deprecation")
  private static int stronglyTyped() {
    return 1 << nvinfer.NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value;
  }

  private void parse(IParser parser) {
    step("reading the model");
    long mark = log.mark();
    boolean read =
        parser.parseFromFile(request.model().toString(), ILogger.Severity.kWARNING.value);
    List<String> problems = ParserErrors.of(parser);
    if (!read || !problems.isEmpty()) {
      throw new BuildFailedException(problems.isEmpty() ? List.of(log.text(mark)) : problems);
    }
  }

  private BuildMessage.Done compile(
      IBuilder builder, INetworkDefinition network, IBuilderConfig config) throws IOException {
    long mark = log.mark();
    try (NativeObject<IHostMemory> plan =
        NativeObject.of("plan", builder.buildSerializedNetwork(network, config), mark)) {
      step("writing the plan");
      Path file = request.plan();
      HostBytes.write(plan.get(), file);
      return describe(plan.get().data(), plan.get().size(), Sha256.of(file), Files.size(file));
    }
  }

  /** Loading the plan again shows that it can be, and what is in it. */
  private BuildMessage.Done describe(Pointer plan, long size, String sha256, long bytes) {
    try (LoadedPlan loaded =
        LoadedPlan.of(
            request.model().toString(), plan, size, request.options().versionCompatible())) {
      ICudaEngine engine = loaded.engine();
      List<TensorInfo> inputs = EngineTensors.inputs(engine);
      List<TensorInfo> outputs = EngineTensors.outputs(engine);
      return new BuildMessage.Done(
          sha256,
          bytes,
          inputs,
          outputs,
          EngineProfiles.of(engine, names(inputs), EngineTensors.inputNames(outputs)).chosen(),
          engine.getHardwareCompatibilityLevel().value
              == HardwareCompatibilityLevel.kAMPERE_PLUS.value,
          Layers.of(engine));
    }
  }

  private static List<String> names(List<TensorInfo> tensors) {
    return tensors.stream().map(TensorInfo::name).toList();
  }

  private void step(String text) {
    say.accept(new BuildMessage.Step(text));
  }

  private void warn(String text) {
    say.accept(new BuildMessage.Warning(text));
  }
}
