package io.repfold.tensorrt;

import io.repfold.runtime.Availability;
import io.repfold.runtime.EngineException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Compiles ONNX files to plans, in a process of its own: what crashes or hangs there is an error
 * here.
 */
public final class PlanBuilder {
  private final DeviceDescription description;
  private final int device;
  private final BuildProcess process;

  PlanBuilder(DeviceDescription description, int device, BuildProcess process) {
    this.description = description;
    this.device = device;
    this.process = process;
  }

  /**
   * A builder for a GPU of this machine.
   *
   * @param device counted from 0
   * @throws EngineException if TensorRT cannot run here; says why and what to do
   */
  public static PlanBuilder on(int device) {
    if (NativeLibraries.availability() instanceof Availability.Missing missing) {
      throw new EngineException("Cannot compile: " + missing.reason());
    }
    return new PlanBuilder(Gpu.describe(device), device, BuildProcess.ownJava());
  }

  /** What it compiles for. */
  public DeviceDescription device() {
    return description;
  }

  /** The key of the plan that {@link #build} would make. */
  public PlanKey key(Path model, PlanOptions options) {
    return PlanKey.of(model, description, options);
  }

  /**
   * Compiles a model. The plan and its manifest appear under their names only when all is done.
   *
   * @param plan the file to write
   * @param progress takes lines that say what is going on, on another thread
   * @throws EngineException with all that the parser does not take, by node; or with TensorRT's own
   *     errors; or with the last lines of its log if it crashed or its time was up; or if the model
   *     was changed meanwhile
   */
  public PlanResult build(Path model, Path plan, PlanOptions options, Consumer<String> progress) {
    return build(key(model, options), model, plan, options, progress);
  }

  private PlanResult build(
      PlanKey key, Path model, Path plan, PlanOptions options, Consumer<String> progress) {
    long start = System.nanoTime();
    try (PlanOutput output = PlanOutput.of(plan)) {
      BuildRequest request = new BuildRequest(model, output.plan(), device, options);
      BuildLog log = new BuildLog(progress);
      BuilderResource.announce();
      BuildMessage.Done done = process.run(request, output, log);
      // The process reads the file later than we do: the key must be of what it read.
      if (!ModelDigest.of(model).equals(key.model())) {
        throw new EngineException(
            "Cannot compile '%s': the file was changed while it was compiled. Compile it again"
                .formatted(model));
      }
      if (!options.keyText().equals(key.options())) {
        throw new EngineException(
            "Cannot compile '%s': a plug-in was changed while it was compiled. Compile it again"
                .formatted(model));
      }
      PlanManifest manifest =
          new PlanManifest(
              model.toString(),
              done.sha256(),
              done.bytes(),
              key,
              done.inputs(),
              done.outputs(),
              PluginFiles.described(options.plugins()),
              done.layers());
      output.commit(manifest);
      return new PlanResult(plan, manifest, (System.nanoTime() - start) / 1e9, log.warnings());
    }
  }

  /**
   * Takes over a plan that somebody else compiled for this GPU with this TensorRT, such as one of
   * {@code trtexec}: it is loaded once, in a process of its own, and copied, and gets a manifest
   * with what that shows. Of the options, it takes the plug-ins, the time limit and whether the
   * plan may run the code that it holds, which version-compatible ones do.
   *
   * @param foreign the plan; it stays as it is
   * @param plan the file to write
   * @param progress takes lines that say what is going on, on another thread
   * @throws EngineException if it is no plan that TensorRT takes here; says why
   */
  public PlanResult adopt(Path foreign, Path plan, PlanOptions options, Consumer<String> progress) {
    ForeignPlan.check(foreign);
    long start = System.nanoTime();
    try (PlanOutput output = PlanOutput.of(plan)) {
      BuildRequest request = new BuildRequest(foreign, output.plan(), device, options, true);
      BuildLog log = new BuildLog(progress);
      BuildMessage.Done done = process.run(request, output, log);
      PlanKey key =
          PlanKey.ofAdopted(
              description, options.versionCompatible(), done.hardwareCompatible(), done.profiles());
      PlanManifest manifest =
          new PlanManifest(
              foreign.toString(),
              done.sha256(),
              done.bytes(),
              key,
              done.inputs(),
              done.outputs(),
              PluginFiles.described(options.plugins()),
              done.layers());
      output.commit(manifest);
      return new PlanResult(plan, manifest, (System.nanoTime() - start) / 1e9, log.warnings());
    }
  }

  /**
   * The plan from a cache, or else compiled into it; also if the cache has other bytes than those
   * that were compiled.
   *
   * @throws EngineException as {@link #build}
   */
  public PlanResult buildInto(
      PlanCache cache, Path model, PlanOptions options, Consumer<String> progress) {
    PlanKey key = key(model, options);
    Path plan = cache.place(key);
    return cache
        .find(key)
        .map(found -> new PlanResult(found, PlanManifest.read(found), 0, List.of()))
        .orElseGet(() -> build(key, model, plan, options, progress));
  }
}
