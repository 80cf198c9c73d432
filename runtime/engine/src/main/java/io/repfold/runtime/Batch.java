package io.repfold.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts requests together along the first dimension and takes results apart again. Results are views
 * of the batch's outputs: each keeps all of them in memory, and none is copied.
 */
final class Batch {
  private final Engine engine;

  /** Where the inputs of a batch are gathered, by name; grows as needed. */
  private final Map<String, ByteBuffer> gathered = new HashMap<>();

  /**
   * @throws EngineException if the model cannot take batches of any size
   */
  Batch(Engine engine) {
    this.engine = engine;
    engine.inputs().forEach(input -> checkOpen("input", input));
    engine.outputs().forEach(output -> checkOpen("output", output));
  }

  private void checkOpen(String role, TensorInfo tensor) {
    if (tensor.dimensions().isEmpty() || !tensor.dimensions().get(0).isDynamic()) {
      throw new EngineException(
          "Cannot batch requests for '%s': the first dimension of its %s '%s' %s must be open. Export the model with an open batch size"
              .formatted(engine.name(), role, tensor.name(), tensor.dimensions()));
    }
  }

  /**
   * @throws EngineException if these are not the inputs of one request
   */
  void check(Map<String, HostTensor> inputs) {
    InputCheck.inputs(engine.name(), engine.inputs(), inputs);
    inputs.forEach(
        (name, tensor) -> {
          if (tensor.shape()[0] != 1) {
            throw new EngineException(
                "Cannot run '%s': the first dimension of '%s' is the batch and must be 1 in a request, found %s"
                    .formatted(engine.name(), name, tensor));
          }
        });
  }

  /** What requests must have in common to be run together. */
  List<List<Long>> key(Map<String, HostTensor> inputs) {
    return engine.inputs().stream()
        .map(input -> Arrays.stream(of(inputs, input).shape()).boxed().toList())
        .toList();
  }

  /**
   * Runs requests of one {@link #key} together. For one thread at a time.
   *
   * @return the outputs of each
   * @throws EngineException also if an output does not have one row for each request
   */
  List<Map<String, HostTensor>> run(List<Map<String, HostTensor>> requests) {
    Map<String, HostTensor> outputs =
        engine.run(requests.size() == 1 ? requests.get(0) : gather(requests));
    List<Map<String, HostTensor>> results = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      Map<String, HostTensor> result = new LinkedHashMap<>();
      for (Map.Entry<String, HostTensor> output : outputs.entrySet()) {
        HostTensor tensor = output.getValue();
        if (tensor.rank() == 0 || tensor.shape()[0] != requests.size()) {
          throw new EngineException(
              "Cannot batch requests for '%s': of %d requests its output '%s' made %s, whose first dimension is not the batch"
                  .formatted(engine.name(), requests.size(), output.getKey(), tensor));
        }
        result.put(output.getKey(), tensor.row(i));
      }
      results.add(result);
    }
    return results;
  }

  private Map<String, HostTensor> gather(List<Map<String, HostTensor>> requests) {
    Map<String, HostTensor> batch = new LinkedHashMap<>();
    for (TensorInfo input : engine.inputs()) {
      HostTensor first = of(requests.get(0), input);
      long[] shape = first.shape();
      shape[0] = requests.size();
      ByteBuffer memory = memory(input.name(), requests.size() * (long) first.bytes().remaining());
      requests.forEach(request -> memory.put(of(request, input).bytes()));
      batch.put(input.name(), HostTensor.wrap(input.type(), memory.flip(), shape));
    }
    return batch;
  }

  private ByteBuffer memory(String input, long bytes) {
    ByteBuffer memory = gathered.get(input);
    if (memory == null || memory.capacity() < bytes) {
      memory = Memory.allocate(Math.toIntExact(bytes), bytes);
      gathered.put(input, memory);
    }
    return memory.duplicate().order(ByteOrder.nativeOrder());
  }

  private static HostTensor of(Map<String, HostTensor> inputs, TensorInfo input) {
    return Objects.requireNonNull(inputs.get(input.name()), "checked when it was handed in");
  }
}
