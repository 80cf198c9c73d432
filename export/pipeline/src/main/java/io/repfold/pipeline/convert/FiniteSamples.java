package io.repfold.pipeline.convert;

import static java.util.stream.Collectors.joining;

import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.util.Map;

/** Refuses samples that hold or make what is no number. */
final class FiniteSamples {
  private FiniteSamples() {}

  /**
   * Looks at all inputs of one sample.
   *
   * @throws PipelineException if none of them has an element; names the sample
   */
  static void requireElements(Sample sample, Map<String, HostTensor> inputs) {
    if (inputs.values().stream().allMatch(tensor -> tensor.size() == 0)) {
      throw PipelineException.work(
          "%s: holds no element (%s), so it shows nothing of the model; leave this sample out"
              .formatted(
                  sample.name(),
                  inputs.entrySet().stream()
                      .map(e -> "input '%s' is %s".formatted(e.getKey(), e.getValue()))
                      .collect(joining(", "))));
    }
  }

  /**
   * Looks at a tensor of one sample; other types than float32 are sound.
   *
   * @param role what the tensor is, for the message
   * @param infinities whether the tensor may hold them, as a mask before a Softmax does
   * @throws PipelineException if an element is NaN, or an infinity where there must be none; names
   *     the sample, the tensor and the element
   */
  static void require(
      Sample sample, String role, String name, HostTensor tensor, boolean infinities) {
    if (tensor.type() != ElementType.FLOAT) {
      return;
    }
    FloatBuffer elements = tensor.bytes().asFloatBuffer();
    for (int i = 0; i < elements.limit(); i++) {
      float element = elements.get(i);
      if (infinities ? Float.isNaN(element) : !Float.isFinite(element)) {
        throw PipelineException.work(
            "%s: %s '%s' holds %s at element %d of %s; leave this sample out, or mend the model if it does so on sound data"
                .formatted(sample.name(), role, name, element, i, tensor));
      }
    }
  }
}
