package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/**
 * Owns what one run at a time needs: a context of TensorRT, a stream and device memory for all
 * tensors. For one thread at a time; several of them run one plan at once.
 */
final class Execution implements Dependent {
  private final PlanInMemory plan;
  private final NativeObject<IExecutionContext> context;
  private final Stream stream;
  private final Map<String, DeviceMemory> memory = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /** Where the outputs of the last run are copied to. */
  private final Map<String, HostTensor> results = new LinkedHashMap<>();

  private int profile;

  Execution(PlanInMemory plan) {
    this.plan = plan;
    long mark = TrtLogger.messages().mark();
    this.stream = new Stream();
    try {
      this.context =
          NativeObject.of(
              "TensorRT context of '%s'".formatted(plan.name()),
              plan.engine().createExecutionContext(),
              mark);
    } catch (RuntimeException | Error e) {
      Freeing.after(e, stream::close);
      throw e;
    }
    // The first profile, unless this version gives that to the first context only.
    this.profile = context.get().getOptimizationProfile();
  }

  Stream stream() {
    return stream;
  }

  /**
   * Sets the shapes of all inputs.
   *
   * @return the shapes of all outputs
   * @throws EngineException if no profile takes them, or an output's shape depends on values
   */
  Map<String, long[]> prepare(Map<String, long[]> inputs) {
    int wanted = plan.profiles().choose(plan.name(), inputs);
    if (wanted != profile) {
      long mark = TrtLogger.messages().mark();
      demand(
          context.get().setOptimizationProfileAsync(wanted, stream.get()),
          "profile " + wanted,
          mark);
      stream.await();
      profile = wanted;
      shapes.clear();
    }
    inputs.forEach(this::setShape);
    Map<String, long[]> outputs = new LinkedHashMap<>();
    for (TensorInfo output : plan.outputs()) {
      long[] shape = Shapes.of(context.get().getTensorShape(output.name()));
      if (Arrays.stream(shape).anyMatch(size -> size < 0)) {
        throw new EngineException(
            "Cannot run '%s': the shape of its output '%s' depends on values; found %s after all inputs were given their shapes"
                .formatted(plan.name(), output.name(), Arrays.toString(shape)));
      }
      outputs.put(output.name(), shape);
    }
    return outputs;
  }

  private void setShape(String input, long[] shape) {
    if (Arrays.equals(shapes.get(input), shape)) {
      return;
    }
    long mark = TrtLogger.messages().mark();
    try (Dims64 dims = Shapes.dims(shape)) {
      demand(
          context.get().setInputShape(plan.inPlan(input), dims),
          "input '%s' as %s".formatted(input, Arrays.toString(shape)),
          mark);
    }
    shapes.put(input, shape.clone());
  }

  /** Tells TensorRT where a tensor lies; this and the next by its name in the plan. */
  void bind(String tensor, Pointer address) {
    long mark = TrtLogger.messages().mark();
    demand(
        context.get().setTensorAddress(tensor, address), "memory of '%s'".formatted(tensor), mark);
  }

  /** Device memory for a tensor, told to TensorRT. */
  Pointer reserve(String tensor, long bytes) {
    Pointer address = memory.computeIfAbsent(tensor, name -> new DeviceMemory()).atLeast(bytes);
    bind(tensor, address);
    return address;
  }

  /** Queues the run. */
  boolean enqueue() {
    return context.get().enqueueV3(stream.get());
  }

  /**
   * Runs the plan once and copies what was asked for, in direct memory, into tensors that the next
   * run overwrites.
   */
  Map<String, HostTensor> run(Map<String, HostTensor> inputs, Set<String> requested) {
    Map<String, BytePointer> sources = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> sources.put(name, new BytePointer(tensor.bytes())));
    try {
      return run(inputs, sources, requested);
    } finally {
      // Native code knows only addresses; the memory behind them must not be collected before.
      Reference.reachabilityFence(sources);
    }
  }

  private Map<String, HostTensor> run(
      Map<String, HostTensor> inputs, Map<String, BytePointer> sources, Set<String> requested) {
    // TensorRT reads tensors that lie on the host when it infers shapes, which is before the run.
    sources.entrySet().stream()
        .filter(source -> plan.isOnHost(plan.inPlan(source.getKey())))
        .forEach(source -> bind(plan.inPlan(source.getKey()), source.getValue()));
    Map<String, long[]> given = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> given.put(name, tensor.shape()));
    Map<String, long[]> shapesOfOutputs = prepare(given);
    inputs.forEach(
        (name, tensor) -> {
          BytePointer source = sources.get(name);
          String own = plan.inPlan(name);
          if (source != null && !plan.isOnHost(own)) {
            long bytes = bytes(tensor);
            stream.toDevice(reserve(own, bytes), source, bytes);
          }
        });
    Map<String, HostTensor> wanted = new LinkedHashMap<>();
    Map<String, Pointer> places = new LinkedHashMap<>();
    for (TensorInfo output : plan.outputs()) {
      long[] shape = shapesOfOutputs.getOrDefault(output.name(), new long[0]);
      HostTensor result = result(output, shape);
      wanted.put(output.name(), result);
      if (plan.isOnHost(output.name())) {
        bind(output.name(), new BytePointer(result.bytes()));
      } else {
        places.put(output.name(), reserve(output.name(), bytes(result)));
      }
    }
    long mark = TrtLogger.messages().mark();
    demand(enqueue(), "run", mark);
    wanted.keySet().retainAll(requested);
    wanted.forEach(
        (name, result) -> {
          Pointer place = places.get(name);
          if (place != null) {
            stream.toHost(new BytePointer(result.bytes()), place, bytes(result));
          }
        });
    stream.await();
    return wanted;
  }

  private HostTensor result(TensorInfo output, long... shape) {
    HostTensor result = results.get(output.name());
    if (result == null || !Arrays.equals(result.shape(), shape)) {
      result = HostTensor.allocate(output.type(), shape);
      results.put(output.name(), result);
    }
    return result;
  }

  static long bytes(HostTensor tensor) {
    return (long) tensor.size() * tensor.type().bytes();
  }

  /** Throws what the log says unless something worked. */
  void demand(boolean worked, String what, long mark) {
    if (!worked) {
      Cuda.checkLast("Running the plan");
      throw new EngineException(
          "Cannot run '%s': %s: %s".formatted(plan.name(), what, TrtLogger.messages().text(mark)));
    }
  }

  /**
   * Waits for what is still queued, as after an error, and frees all: the GPU would go on reading
   * and writing memory that is somebody else's by then.
   */
  @Override
  public synchronized void close() {
    List<Runnable> steps = new ArrayList<>();
    steps.add(stream::settle);
    steps.add(context::close);
    memory.values().forEach(one -> steps.add(one::close));
    memory.clear();
    steps.add(stream::close);
    Freeing.inOrder(steps);
  }
}
