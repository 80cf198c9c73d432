package io.repfold.tensorrt;

import io.repfold.runtime.TensorInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer.TensorLocation;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;

/**
 * Owns a loaded plan and everything that runs it, and frees all of it in the order that TensorRT
 * demands: what runs, the engine, the runtime.
 */
final class PlanInMemory implements AutoCloseable {
  /**
   * Each holds a context and device memory for all tensors; more are made while more threads run.
   */
  private static final int MOST_IDLE = 8;

  private final String name;
  private final int device;
  private final LoadedPlan plan;
  private final List<PlanLayer> layers;
  private final List<TensorInfo> inputs;
  private final List<TensorInfo> outputs;
  private final InputNames inputNames;
  private final Set<String> onHost;
  private final EngineProfiles profiles;

  /** Those that wait for the next run. */
  private final Deque<Execution> idle = new ArrayDeque<>();

  /** All that must be freed before the engine. */
  private final Dependents dependents = new Dependents();

  private PlanInMemory(String name, int device, LoadedPlan plan, List<PlanLayer> layers) {
    this.layers = layers;
    this.name = name;
    this.device = device;
    this.plan = plan;
    ICudaEngine engine = plan.engine();
    this.inputs = EngineTensors.inputs(engine);
    this.outputs = EngineTensors.outputs(engine);
    this.inputNames = EngineTensors.inputNames(outputs);
    List<String> names = inputs.stream().map(TensorInfo::name).toList();
    this.profiles = EngineProfiles.of(engine, names, inputNames);
    this.onHost =
        Stream.concat(
                names.stream().map(inputNames::inPlan), outputs.stream().map(TensorInfo::name))
            .filter(tensor -> engine.getTensorLocation(tensor).value == TensorLocation.kHOST.value)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Loads a plan onto a GPU.
   *
   * @throws NativeException if TensorRT does not take it
   */
  static PlanInMemory load(String name, int device, PlanFile file) {
    Gpu.use(device);
    Plugins.load(file.plugins());
    LoadedPlan loaded;
    try (BytePointer bytes = new BytePointer(file.bytes())) {
      loaded =
          LoadedPlan.of(
              name, bytes, file.manifest().bytes(), file.manifest().key().isVersionCompatible());
    }
    try {
      return new PlanInMemory(name, device, loaded, file.manifest().layers());
    } catch (RuntimeException | Error e) {
      Freeing.after(e, loaded::close);
      throw e;
    }
  }

  String name() {
    return name;
  }

  List<TensorInfo> inputs() {
    return inputs;
  }

  List<TensorInfo> outputs() {
    return outputs;
  }

  /** What TensorRT made of the model, in the order of execution. */
  List<PlanLayer> layers() {
    return layers;
  }

  EngineProfiles profiles() {
    return profiles;
  }

  ICudaEngine engine() {
    return plan.engine();
  }

  /** What an input of the model is called in the plan. */
  String inPlan(String input) {
    return inputNames.inPlan(input);
  }

  /**
   * Whether TensorRT reads an input, or writes an output, where it lies in the host's memory: it is
   * what shapes are computed from.
   *
   * @param tensor by its name in the plan
   */
  boolean isOnHost(String tensor) {
    return onHost.contains(tensor);
  }

  /** To be called on every thread before it does anything with the plan. */
  void use() {
    Gpu.use(device);
  }

  /** One that nobody else uses now. */
  Execution borrow() {
    synchronized (this) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    Execution fresh = new Execution(this);
    add(fresh);
    return fresh;
  }

  /** Keeps it for the next run, or frees it if enough wait already. */
  void giveBack(Execution execution) {
    synchronized (this) {
      if (idle.size() < MOST_IDLE) {
        idle.push(execution);
        return;
      }
    }
    end(execution);
  }

  /** Has something freed before the engine. */
  void add(Dependent dependent) {
    dependents.add(dependent);
  }

  /** Frees something that was added. */
  void end(Dependent dependent) {
    dependents.end(dependent);
  }

  @Override
  public void close() {
    synchronized (this) {
      idle.clear();
    }
    Freeing.inOrder(List.of(this::useToFree, dependents::close, plan::close));
  }

  /** As {@link #use}, if the GPU can still be used at all. */
  void useToFree() {
    if (!Cuda.isBroken()) {
      use();
    }
  }
}
