package io.repfold.tensorrt;

import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.StageTimes;
import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs a plan; each thread that runs it at the same time has its own context and stream. */
final class TensorRtEngine extends AbstractEngine implements DeviceEngine {
  private static final Cleaner CLEANER = Cleaner.create();

  private final PlanInMemory plan;
  private final Cleaner.Cleanable freeing;

  private TensorRtEngine(
      PlanInMemory plan, String backend, EngineOptions options, ModelMetadata metadata) {
    super(plan.name(), backend, options, plan.inputs(), plan.outputs(), metadata);
    this.plan = plan;
    // For engines that nobody closes: all of the plan goes at once, in its order.
    this.freeing = CLEANER.register(this, plan::close);
  }

  /**
   * Loads a plan that was checked.
   *
   * @throws EngineException if TensorRT does not take it
   */
  static TensorRtEngine load(String name, PlanFile file, EngineOptions options) {
    PlanKey key = file.manifest().key();
    ModelMetadata metadata =
        new ModelMetadata(
            "TensorRT " + key.device().tensorRt(),
            file.manifest().model(),
            "A plan for " + key.device().gpu(),
            0,
            key.fields());
    try {
      PlanInMemory plan = PlanInMemory.load(name, options.device(), file);
      String backend = "TensorRT " + key.device().tensorRt();
      return new TensorRtEngine(plan, backend, options, metadata);
    } catch (NativeException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(name, e.getMessage()), e);
    }
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> inputs, Set<String> requested) {
    plan.use();
    Execution execution = plan.borrow();
    boolean whole = false;
    try {
      Map<String, HostTensor> results = execution.run(inputs, requested);
      whole = true;
      return results;
    } catch (NativeException e) {
      throw new EngineException("Cannot run '%s': %s".formatted(name(), e.getMessage()), e);
    } finally {
      if (whole) {
        plan.giveBack(execution);
      } else {
        discard(execution);
      }
    }
  }

  /** After an error nobody knows what is still queued. */
  private void discard(Execution execution) {
    plan.remove(execution);
    execution.close();
  }

  @Override
  public DeviceRun bind(Map<String, HostTensor> inputs) {
    return bind(inputs, Map.of(), true);
  }

  @Override
  public DeviceRun bind(
      Map<String, HostTensor> host, Map<String, DeviceBuffer> device, boolean graph) {
    Map<String, HostTensor> ownHost = new LinkedHashMap<>(host);
    Map<String, DeviceBuffer> ownDevice = new LinkedHashMap<>(device);
    BindingCheck.check(name(), inputs(), ownHost, ownDevice);
    return whileOpen(
        () -> {
          plan.use();
          try {
            BoundExecution bound = BoundExecution.of(plan, ownHost, ownDevice, graph);
            plan.add(bound);
            return new Bound(bound);
          } catch (NativeException e) {
            throw new EngineException("Cannot bind '%s': %s".formatted(name(), e.getMessage()), e);
          }
        });
  }

  @Override
  protected void free() {
    freeing.clean();
  }

  /** Holds the engine, so that it is not freed for being out of reach. */
  private final class Bound implements DeviceRun {
    private final BoundExecution execution;

    Bound(BoundExecution execution) {
      this.execution = execution;
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
      return execution.results();
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
      plan.use();
      plan.remove(execution);
      execution.close();
    }
  }
}
