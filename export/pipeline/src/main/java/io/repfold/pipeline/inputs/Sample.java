package io.repfold.pipeline.inputs;

import io.repfold.runtime.HostTensor;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Inputs for one run of a model, read when they are asked for.
 *
 * @param name for people, such as a file's name
 * @param tensors by input name; each call reads anew
 */
public record Sample(String name, Supplier<Map<String, HostTensor>> tensors) {

  public Map<String, HostTensor> read() {
    return tensors.get();
  }
}
