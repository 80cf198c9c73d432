package io.repfold.cli;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;

/** Refuses samples that hold or make what is no number. */
final class SoundNumbers {
  private SoundNumbers() {}

  /**
   * Looks at a tensor of one sample; other types than float32 are sound.
   *
   * @param role what the tensor is, for the message
   * @param infinities whether the tensor may hold them, as a mask before a Softmax does
   * @throws WorkFailedException if an element is NaN, or an infinity where there must be none;
   *     names the sample, the tensor and the element
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
        throw new WorkFailedException(
            "%s: %s '%s' holds %s at element %d of %s; leave this sample out, or mend the model if it does so on sound data"
                .formatted(sample.name(), role, name, element, i, tensor));
      }
    }
  }
}
