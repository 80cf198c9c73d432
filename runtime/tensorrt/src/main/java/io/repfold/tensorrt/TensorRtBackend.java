package io.repfold.tensorrt;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.OnnxDescription;
import io.repfold.runtime.PlanNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * TensorRT itself, without ONNX Runtime: {@code tensorrt}. It loads plans that {@link PlanBuilder}
 * wrote, and compiles ONNX files into the user's {@link PlanCache} first, which takes minutes once.
 *
 * <p>Networks are strongly typed: what the ONNX file says is float32 is computed in float32, and in
 * TF32 only with {@link EngineOptions#tf32}. An engine that it loads is a {@link DeviceEngine}.
 */
public final class TensorRtBackend implements Backend {
  /** For {@link java.util.ServiceLoader}. */
  public TensorRtBackend() {}

  @Override
  public String id() {
    return "tensorrt";
  }

  @Override
  public String name() {
    return "TensorRT";
  }

  @Override
  public Availability availability() {
    return NativeLibraries.availability();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A file that ends in {@code .plan}, {@code .engine} or {@code .trt} is taken for a plan: its
   * manifest must lie beside it, and it must have been compiled for this GPU by this TensorRT. For
   * a plan, the options {@code optimize} and {@code tf32} come too late: it is as it was compiled,
   * and the engine's options tell whether that was with TF32. The plug-ins that it needs are looked
   * for among those of the options and of the system property {@code repfold.tensorrt.plugins}.
   *
   * <p>An ONNX file that leaves sizes open is compiled in the first run with shapes that lie
   * outside of those before. Give profiles, to compile once and for all.
   */
  @Override
  public Engine load(Path model, EngineOptions options) {
    options.refuseSessionOptions(model.toString(), id());
    demand(model.toString());
    if (PlanNames.isOne(model)) {
      PlanFile file =
          PlanFile.read(
              model, Gpu.describe(options.device()), PluginFiles.withProperty(options.plugins()));
      boolean tf32 = file.manifest().key().allowsTf32();
      return TensorRtEngine.load(model.toString(), file, options.withTf32(tf32));
    }
    return onnx(model.toString(), model, false, options, planOptions(options));
  }

  /**
   * Loads an ONNX file with options of its own, such as profiles for inputs of open size.
   *
   * @throws EngineException as {@link #load(Path, EngineOptions)}
   */
  public DeviceEngine load(Path model, EngineOptions options, PlanOptions planOptions) {
    options.refuseSessionOptions(model.toString(), id());
    demand(model.toString());
    return onnx(model.toString(), model, false, options, planOptions);
  }

  @Override
  public Engine load(String name, byte[] model, EngineOptions options) {
    options.refuseSessionOptions(name, id());
    demand(name);
    Path file = null;
    boolean taken = false;
    try {
      file = Files.write(Files.createTempFile("model", ".onnx"), model);
      Engine engine = onnx(name, file, true, options, planOptions(options));
      taken = true;
      return engine;
    } catch (IOException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(name, e.getMessage()), e);
    } finally {
      if (!taken && file != null) {
        delete(file);
      }
    }
  }

  private static DeviceEngine onnx(
      String name, Path model, boolean temporary, EngineOptions options, PlanOptions planOptions) {
    try {
      OnnxDescription description = OnnxDescription.of(model);
      PlanCompiler compiler =
          new PlanCompiler(
              PlanBuilder.on(options.device()), PlanCache.ofUser(), planOptions, options.device());
      boolean fixed = description.open().isEmpty() || !planOptions.profiles().isEmpty();
      Plans plans =
          fixed
              ? new Plans.One(compiler.load(name, model))
              : new GrowingPlans(name, model, temporary, description, compiler);
      if (fixed && temporary) {
        delete(model);
      }
      return new TensorRtEngine(name, description, options, plans);
    } catch (EngineException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(name, PlanCompiler.words(e)), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }

  /** Without the optimizer TensorRT searches least; it still fuses, as it knows no other way. */
  private static PlanOptions planOptions(EngineOptions options) {
    PlanOptions own =
        PlanOptions.defaults()
            .withTf32(options.tf32())
            .withPlugins(PluginFiles.withProperty(options.plugins()));
    return options.optimize() ? own : own.withOptimizationLevel(0);
  }

  private void demand(String model) {
    if (availability() instanceof Availability.Missing missing) {
      throw new EngineException("Cannot load '%s': %s".formatted(model, missing.reason()));
    }
  }
}
