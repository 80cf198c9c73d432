package io.repfold.runtime;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which types and shapes the outputs had, by the shapes of the inputs: memory for them can then be
 * handed to a run, instead of being copied out of the library's. Only the runs that were used last
 * are remembered. Safe for use by several threads at once.
 */
final class OutputForms {
  private static final int REMEMBERED = 16;

  private final Map<Key, Map<String, Form>> forms =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Map<String, Form>> eldest) {
              return size() > REMEMBERED;
            }
          });

  /**
   * What decides the shapes, unless values do.
   *
   * @param inputs the shapes in the order of the engine's inputs
   */
  record Key(List<List<Long>> inputs, Set<String> requested) {
    static Key of(List<TensorInfo> declared, Map<String, HostTensor> given, Set<String> requested) {
      List<List<Long>> inputs =
          declared.stream()
              .map(input -> Objects.requireNonNull(given.get(input.name()), "checked"))
              .map(tensor -> Arrays.stream(tensor.shape()).boxed().toList())
              .toList();
      return new Key(inputs, Set.copyOf(requested));
    }
  }

  private record Form(ElementType type, long[] shape) {}

  /** New tensors for the outputs of such a run; none if their shapes are not known. */
  Map<String, HostTensor> allocate(Key key) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    forms
        .getOrDefault(key, Map.of())
        .forEach((name, form) -> tensors.put(name, HostTensor.allocate(form.type, form.shape)));
    return tensors;
  }

  void remember(Key key, Map<String, HostTensor> outputs) {
    Map<String, Form> known = new LinkedHashMap<>();
    outputs.forEach((name, tensor) -> known.put(name, new Form(tensor.type(), tensor.shape())));
    forms.putIfAbsent(key, known);
  }

  /** Values decide these shapes: there is nothing to remember. */
  void giveUp(Key key) {
    forms.put(key, Map.of());
  }
}
