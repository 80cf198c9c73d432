package io.repfold.pipeline.inputs;

import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;

/**
 * Inputs and what they are.
 *
 * @param inputs one map a sample, by input name
 * @param description for people, such as {@code 2 random inputs x 1x3x64x96, seed 0}
 * @param chosen whether a size was chosen here, because neither the caller nor the model gives it
 */
public record Samples(List<Map<String, HostTensor>> inputs, String description, boolean chosen) {
  public Samples {
    inputs = inputs.stream().map(Map::copyOf).toList();
  }
}
