package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.StageTimes;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Owns one context with fixed memory on both sides, pinned where that can be done. */
final class BoundExecution implements Dependent {
  /** One tensor that is copied in each run. */
  private record Copy(PinnedMemory host, Pointer device, long bytes) {}

  private final String name;
  private final Execution execution;
  private final StageClock clock;
  private final List<Copy> inputs = new ArrayList<>();
  private final List<Copy> outputs = new ArrayList<>();
  private final List<ShapeValues> shapeValues = new ArrayList<>();
  private final List<PinnedMemory> pinned = new ArrayList<>();
  private final List<String> notPinned = new ArrayList<>();
  private final Map<String, HostTensor> results = new LinkedHashMap<>();
  private @Nullable CudaGraph graph;
  private String refusal = "none was asked for";
  private boolean closed;

  private BoundExecution(String name, Execution execution, StageClock clock) {
    this.name = name;
    this.execution = execution;
    this.clock = clock;
  }

  /** Reserves all memory, runs once and records, if asked for. */
  static BoundExecution of(
      PlanInMemory plan,
      Map<String, HostTensor> host,
      Map<String, DeviceBuffer> device,
      boolean record) {
    StageClock clock = new StageClock();
    BoundExecution bound = new BoundExecution(plan.name(), execution(plan, clock), clock);
    try {
      bound.bindAll(plan, host, device);
      bound.run();
      if (record) {
        CudaGraph.Capture capture =
            CudaGraph.of(bound.execution.stream(), bound.execution::enqueue);
        bound.graph = capture.graph();
        bound.refusal = capture.refusal();
      }
      return bound;
    } catch (RuntimeException | Error e) {
      Freeing.after(e, bound::close);
      throw e;
    }
  }

  private static Execution execution(PlanInMemory plan, StageClock clock) {
    try {
      return new Execution(plan);
    } catch (RuntimeException | Error e) {
      Freeing.after(e, clock::close);
      throw e;
    }
  }

  /** In this order: shapes may depend on inputs that lie on the host, and a profile comes first. */
  private void bindAll(
      PlanInMemory plan, Map<String, HostTensor> host, Map<String, DeviceBuffer> device) {
    host.forEach(
        (input, tensor) -> {
          if (plan.isOnHost(plan.inPlan(input))) {
            execution.bind(plan.inPlan(input), pin(input, tensor).address());
            shapeValues.add(new ShapeValues(input, tensor));
          }
        });
    Map<String, long[]> given = new LinkedHashMap<>();
    host.forEach((input, tensor) -> given.put(input, tensor.shape()));
    device.forEach(
        (input, buffer) -> {
          if (plan.isOnHost(plan.inPlan(input))) {
            throw new EngineException(
                "Cannot run '%s': input '%s' must be in the host's memory, because shapes are computed from it"
                    .formatted(name, input));
          }
          given.put(input, buffer.sizes());
        });
    Map<String, long[]> shapes = execution.prepare(given);
    host.forEach(
        (input, tensor) -> {
          String own = plan.inPlan(input);
          if (!plan.isOnHost(own)) {
            long bytes = Execution.bytes(tensor);
            inputs.add(new Copy(pin(input, tensor), execution.reserve(own, bytes), bytes));
          }
        });
    device.forEach(
        (input, buffer) -> execution.bind(plan.inPlan(input), new DeviceAddress(buffer.address())));
    for (TensorInfo output : plan.outputs()) {
      long[] shape = shapes.getOrDefault(output.name(), new long[0]);
      int bytes = Shapes.bytes(output.name(), output.type(), shape);
      HostTensor result = HostTensor.wrap(output.type(), PinnedMemory.pages(bytes), shape);
      results.put(output.name(), result);
      PinnedMemory memory = pin(output.name(), result);
      if (plan.isOnHost(output.name())) {
        execution.bind(output.name(), memory.address());
      } else {
        outputs.add(new Copy(memory, execution.reserve(output.name(), bytes), bytes));
      }
    }
  }

  private PinnedMemory pin(String tensor, HostTensor memory) {
    PinnedMemory made = PinnedMemory.of(memory);
    pinned.add(made);
    if (!made.isPinned() && memory.size() > 0) {
      notPinned.add(tensor);
    }
    return made;
  }

  /** Copies the inputs, runs and copies the outputs; nothing of it touches the Java heap. */
  synchronized void run() {
    if (closed) {
      throw new IllegalStateException("The bound run of '%s' is closed".formatted(name));
    }
    for (int i = 0; i < shapeValues.size(); i++) {
      shapeValues.get(i).demandUnchanged(name);
    }
    Stream stream = execution.stream();
    clock.mark(stream, StageClock.Mark.START);
    for (int i = 0; i < inputs.size(); i++) {
      Copy input = inputs.get(i);
      stream.toDevice(input.device(), input.host().address(), input.bytes());
    }
    clock.mark(stream, StageClock.Mark.INPUTS_COPIED);
    if (graph != null) {
      graph.launch(stream);
    } else {
      long mark = TrtLogger.messages().mark();
      execution.demand(execution.enqueue(), "run", mark);
    }
    clock.mark(stream, StageClock.Mark.COMPUTED);
    for (int i = 0; i < outputs.size(); i++) {
      Copy output = outputs.get(i);
      stream.toHost(output.host().address(), output.device(), output.bytes());
    }
    clock.mark(stream, StageClock.Mark.END);
    stream.await();
  }

  /** Where the time of the last run went. */
  synchronized Optional<StageTimes> stages() {
    return clock.times();
  }

  Map<String, HostTensor> results() {
    return Collections.unmodifiableMap(results);
  }

  /** Empty if there is a graph. */
  String refusal() {
    return refusal;
  }

  List<String> notPinned() {
    return List.copyOf(notPinned);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Runnable> steps = new ArrayList<>();
    // The copies of a run that failed may still be under way.
    steps.add(execution.stream()::settle);
    steps.add(clock::close);
    CudaGraph recorded = graph;
    if (recorded != null) {
      steps.add(recorded::close);
    }
    pinned.forEach(memory -> steps.add(memory::close));
    steps.add(execution::close);
    Freeing.inOrder(steps);
  }

  /** Memory that the caller owns. */
  private static final class DeviceAddress extends Pointer {
    DeviceAddress(long place) {
      super((Pointer) null);
      address = place;
    }
  }
}
