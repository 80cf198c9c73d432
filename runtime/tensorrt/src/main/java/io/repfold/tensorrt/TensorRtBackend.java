package io.repfold.tensorrt;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * TensorRT itself, without ONNX Runtime: {@code tensorrt}. It loads plans that {@link PlanBuilder}
 * wrote, and compiles ONNX files into the user's {@link PlanCache} first, which takes minutes once.
 *
 * <p>Networks are strongly typed: what the ONNX file says is float32 is computed in float32, and in
 * TF32 only with {@link EngineOptions#tf32}. An engine that it loads is a {@link DeviceEngine}.
 */
public final class TensorRtBackend implements Backend {
  private static final Set<String> PLANS = Set.of(".plan", ".engine", ".trt");

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
   * a plan, the options {@code optimize} and {@code tf32} come too late: it is as it was compiled.
   */
  @Override
  public Engine load(Path model, EngineOptions options) {
    demand(model.toString());
    return isPlan(model)
        ? plan(model, model.toString(), options)
        : load(model, options, planOptions(options));
  }

  /**
   * Loads an ONNX file with options of its own, such as profiles for inputs of any size.
   *
   * @throws EngineException as {@link #load(Path, EngineOptions)}
   */
  public DeviceEngine load(Path model, EngineOptions options, PlanOptions planOptions) {
    demand(model.toString());
    PlanResult plan =
        PlanBuilder.on(options.device())
            .buildInto(PlanCache.ofUser(), model, planOptions, step -> {});
    return plan(plan.plan(), model.toString(), options);
  }

  @Override
  public Engine load(String name, byte[] model, EngineOptions options) {
    demand(name);
    try {
      Path file = Files.createTempFile("model", ".onnx");
      try {
        Files.write(file, model);
        PlanResult plan =
            PlanBuilder.on(options.device())
                .buildInto(PlanCache.ofUser(), file, planOptions(options), step -> {});
        return plan(plan.plan(), name, options);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(name, e.getMessage()), e);
    }
  }

  private static DeviceEngine plan(Path plan, String name, EngineOptions options) {
    PlanFile file = PlanFile.read(plan, Gpu.describe(options.device()));
    return TensorRtEngine.load(name, file, options);
  }

  /** Without the optimizer TensorRT searches least; it still fuses, as it knows no other way. */
  private static PlanOptions planOptions(EngineOptions options) {
    PlanOptions own = PlanOptions.defaults().withTf32(options.tf32());
    return options.optimize() ? own : own.withOptimizationLevel(0);
  }

  private static boolean isPlan(Path model) {
    String name = model.toString().toLowerCase(Locale.ROOT);
    return PLANS.stream().anyMatch(name::endsWith);
  }

  private void demand(String model) {
    if (availability() instanceof Availability.Missing missing) {
      throw new EngineException("Cannot load '%s': %s".formatted(model, missing.reason()));
    }
  }
}
