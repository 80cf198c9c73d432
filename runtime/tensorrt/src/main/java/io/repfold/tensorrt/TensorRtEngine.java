package io.repfold.tensorrt;

import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.OnnxDescription;
import io.repfold.runtime.StageTimes;
import io.repfold.runtime.TensorInfo;
import java.lang.ref.Cleaner;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.tensorrt.global.nvinfer;

/** Runs a plan; each thread that runs it at the same time has its own context and stream. */
final class TensorRtEngine extends AbstractEngine implements DeviceEngine {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Plans plans;
  private final Cleaner.Cleanable freeing;

  /** Takes over the plans. */
  TensorRtEngine(String name, OnnxDescription model, EngineOptions options, Plans plans) {
    super(name, version(), options, model.inputs(), model.outputs(), model.metadata());
    this.plans = plans;
    // For engines that nobody closes: everything goes at once, in its order.
    this.freeing = CLEANER.register(this, plans::close);
  }

  private static String version() {
    return "TensorRT " + NativeLibraries.version(nvinfer.getInferLibVersion());
  }

  /**
   * Loads a plan that was checked.
   *
   * @throws EngineException if TensorRT does not take it
   */
  static TensorRtEngine load(String name, PlanFile file, EngineOptions options) {
    PlanManifest manifest = file.manifest();
    DeviceDescription device = manifest.key().device();
    ModelMetadata metadata =
        new ModelMetadata(
            "TensorRT " + device.tensorRt(),
            manifest.model(),
            "A plan for " + device.gpu(),
            0,
            manifest.key().fields());
    OnnxDescription model = new OnnxDescription(manifest.inputs(), manifest.outputs(), metadata);
    try {
      PlanInMemory plan = PlanInMemory.load(name, options.device(), file);
      return new TensorRtEngine(name, model, options, new Plans.One(plan));
    } catch (NativeException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(name, e.getMessage()), e);
    }
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> inputs, Set<String> requested) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    PlanInMemory plan = plans.with(shapes);
    try {
      return ordered(run(plan, inputs, requested));
    } catch (NativeException e) {
      throw new EngineException("Cannot run '%s': %s".formatted(name(), e.getMessage()), e);
    }
  }

  private static Map<String, HostTensor> run(
      PlanInMemory plan, Map<String, HostTensor> inputs, Set<String> requested) {
    plan.use();
    Execution execution = plan.borrow();
    Map<String, HostTensor> results;
    try {
      // The execution writes over its results the next time.
      results = onHeap(execution.run(inputs, requested));
    } catch (RuntimeException | Error e) {
      // Nobody knows what is still queued.
      Freeing.after(e, () -> plan.end(execution));
      throw e;
    }
    plan.giveBack(execution);
    return results;
  }

  /** TensorRT need not keep the model's order. */
  private Map<String, HostTensor> ordered(Map<String, HostTensor> results) {
    Map<String, HostTensor> ordered = new LinkedHashMap<>();
    for (TensorInfo output : outputs()) {
      HostTensor result = results.get(output.name());
      if (result != null) {
        ordered.put(output.name(), result);
      }
    }
    return Collections.unmodifiableMap(ordered);
  }

  @Override
  public List<PlanLayer> layers() {
    return whileOpen(plans::layers);
  }

  @Override
  public DeviceRun bind(Map<String, HostTensor> inputs) {
    return bind(inputs, Map.of(), true);
  }

  @Override
  public DeviceRun bind(
      Map<String, HostTensor> host, Map<String, DeviceBuffer> device, boolean graph) {
    Map<String, HostTensor> ownHost = inDirectMemory(host);
    Map<String, DeviceBuffer> ownDevice = new LinkedHashMap<>(device);
    if (ownDevice.isEmpty()) {
      // In the words that every engine uses.
      requireFit(ownHost);
    }
    BindingCheck.check(name(), inputs(), ownHost, ownDevice);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    ownHost.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    ownDevice.forEach((name, buffer) -> shapes.put(name, buffer.sizes()));
    return whileOpen(
        () -> {
          PlanInMemory plan = plans.with(shapes);
          plan.use();
          try {
            BoundExecution bound = BoundExecution.of(plan, ownHost, ownDevice, graph);
            plan.add(bound);
            return new Bound(plan, bound);
          } catch (NativeException e) {
            throw new EngineException("Cannot run '%s': %s".formatted(name(), e.getMessage()), e);
          }
        });
  }

  @Override
  protected void free() {
    freeing.clean();
  }

  /** Holds the engine, so that it is not freed for being out of reach. */
  private final class Bound implements DeviceRun {
    private final PlanInMemory plan;
    private final BoundExecution execution;
    private final Map<String, HostTensor> outputs;

    Bound(PlanInMemory plan, BoundExecution execution) {
      this.plan = plan;
      this.execution = execution;
      this.outputs = ordered(execution.results());
    }

    @Override
    public void run() {
      whileOpen(
          () -> {
            plan.use();
            execution.run();
            return true;
          });
    }

    @Override
    public Map<String, HostTensor> outputs() {
      return outputs;
    }

    @Override
    public Optional<StageTimes> stages() {
      return whileOpen(
          () -> {
            plan.use();
            return execution.stages();
          });
    }

    @Override
    public Optional<String> withoutGraph() {
      return execution.refusal().isEmpty() ? Optional.empty() : Optional.of(execution.refusal());
    }

    @Override
    public List<String> notPinned() {
      return execution.notPinned();
    }

    @Override
    public void close() {
      Freeing.inOrder(List.of(plan::useToFree, () -> plan.end(execution)));
    }
  }
}
