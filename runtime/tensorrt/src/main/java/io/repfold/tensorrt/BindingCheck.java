package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checks what shall be bound against what the plan declares, before native code sees it. */
final class BindingCheck {
  private BindingCheck() {}

  /**
   * @throws EngineException naming every input that is missing, given twice, unknown or of the
   *     wrong type or shape
   */
  static void check(
      String model,
      List<TensorInfo> declared,
      Map<String, HostTensor> host,
      Map<String, DeviceBuffer> device) {
    List<String> problems = new ArrayList<>();
    for (TensorInfo input : declared) {
      HostTensor tensor = host.get(input.name());
      DeviceBuffer buffer = device.get(input.name());
      if (tensor == null && buffer == null) {
        problems.add("input '%s' is missing".formatted(input.name()));
      } else if (tensor != null && buffer != null) {
        problems.add("input '%s' is given twice".formatted(input.name()));
      } else if (tensor != null
          && (tensor.type() != input.type() || !input.accepts(tensor.shape()))) {
        problems.add(expected(input, tensor));
      } else if (buffer != null
          && (buffer.type() != input.type() || !input.accepts(buffer.sizes()))) {
        problems.add(expected(input, buffer));
      }
    }
    List<String> names = declared.stream().map(TensorInfo::name).toList();
    Stream.concat(host.keySet().stream(), device.keySet().stream())
        .filter(name -> !names.contains(name))
        .forEach(name -> problems.add("it has no input '%s'".formatted(name)));
    if (!problems.isEmpty()) {
      throw new EngineException(
          "Cannot run '%s': %s".formatted(model, String.join("; ", problems)));
    }
  }

  private static String expected(TensorInfo input, Object found) {
    return "input '%s': expected %s%s, found %s"
        .formatted(input.name(), input.type(), input.dimensions(), found);
  }
}
