package io.repfold.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks what a caller passes against what the model declares, before native code sees it. */
final class InputCheck {
  private InputCheck() {}

  /**
   * @throws EngineException naming every input that is missing, unknown or of the wrong type or
   *     shape
   */
  static void inputs(String model, List<TensorInfo> declared, Map<String, HostTensor> given) {
    List<String> problems = new ArrayList<>();
    for (TensorInfo info : declared) {
      HostTensor tensor = given.get(info.name());
      if (tensor == null) {
        problems.add(
            "input '%s' (%s%s) is missing".formatted(info.name(), info.type(), info.dimensions()));
      } else if (tensor.type() != info.type() || !info.accepts(tensor.shape())) {
        problems.add(
            "input '%s': expected %s%s, found %s"
                .formatted(info.name(), info.type(), info.dimensions(), tensor));
      }
    }
    unknown(declared, given.keySet())
        .forEach(name -> problems.add("it has no input '%s'".formatted(name)));
    refuse(model, problems, "inputs", declared);
  }

  /**
   * @throws EngineException naming every input that has no shape, is unknown or cannot have its
   *     shape
   */
  static void shapes(String model, List<TensorInfo> declared, Map<String, long[]> given) {
    List<String> problems = new ArrayList<>();
    for (TensorInfo info : declared) {
      long[] shape = given.get(info.name());
      if (shape == null) {
        problems.add("input '%s' %s has no shape".formatted(info.name(), info.dimensions()));
      } else if (!info.accepts(shape)) {
        problems.add(
            "input '%s': expected %s, found %s"
                .formatted(info.name(), info.dimensions(), Arrays.toString(shape)));
      }
    }
    unknown(declared, given.keySet())
        .forEach(name -> problems.add("it has no input '%s'".formatted(name)));
    refuse(model, problems, "inputs", declared);
  }

  /**
   * @throws EngineException naming every requested output that the model does not have
   */
  static void outputs(String model, List<TensorInfo> declared, Set<String> requested) {
    List<String> problems = new ArrayList<>();
    if (requested.isEmpty()) {
      problems.add("no output was requested");
    }
    unknown(declared, requested)
        .forEach(name -> problems.add("it has no output '%s'".formatted(name)));
    refuse(model, problems, "outputs", declared);
  }

  private static List<String> unknown(List<TensorInfo> declared, Set<String> names) {
    Set<String> known = declared.stream().map(TensorInfo::name).collect(Collectors.toSet());
    return names.stream().filter(name -> !known.contains(name)).toList();
  }

  private static void refuse(
      String model, List<String> problems, String what, List<TensorInfo> declared) {
    if (!problems.isEmpty()) {
      throw new EngineException(
          "Cannot run '%s': %s. Its %s are %s"
              .formatted(
                  model,
                  String.join("; ", problems),
                  what,
                  declared.stream().map(TensorInfo::toString).collect(Collectors.joining("; "))));
    }
  }
}
