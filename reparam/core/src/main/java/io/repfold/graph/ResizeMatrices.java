package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Resize as linear maps, one an axis, as ONNX Runtime computes it: with {@code align_corners} and
 * scales that leave part of a pixel, it differs from the definition, which {@link Interpreter}
 * follows.
 */
public final class ResizeMatrices {
  private ResizeMatrices() {}

  /**
   * The matrices {@code [output, input]} of all axes; empty for an axis that stays as it is.
   *
   * @param dims of the image
   * @param inputs the node's inputs; the image itself is not looked at
   * @throws InvalidGraphException if the sizes or scales do not fit, or if the crop of {@code
   *     tf_crop_and_resize} leaves the image, which is no linear map
   */
  public static List<Optional<NdArray>> of(
      Op.Resize op, int[] dims, List<@Nullable NdArray> inputs) {
    NdArray roi = op.legacyInputs() ? null : optional(inputs, 1);
    NdArray scales = optional(inputs, op.legacyInputs() ? 1 : 2);
    NdArray sizes = op.legacyInputs() ? null : optional(inputs, 3);
    List<Optional<NdArray>> matrices = new ArrayList<>();
    for (ResizeAxis defined : ResizeAxis.of(op, dims, roi, scales, sizes)) {
      ResizeAxis axis = defined.inRuntime();
      if (op.coordinates().equals("tf_crop_and_resize")) {
        checkInside(axis);
      }
      matrices.add(axis.isIdentity() ? Optional.empty() : Optional.of(ResizeMath.matrix(op, axis)));
    }
    return matrices;
  }

  private static @Nullable NdArray optional(List<@Nullable NdArray> inputs, int index) {
    return index < inputs.size() ? inputs.get(index) : null;
  }

  private static void checkInside(ResizeAxis axis) {
    for (int at : new int[] {0, Math.max(0, axis.output() - 1)}) {
      double coordinate = axis.coordinate(at);
      Check.that(
          coordinate >= 0 && coordinate <= axis.input() - 1,
          "the region of interest leaves the image at %s of %d elements",
          coordinate,
          axis.input());
    }
  }
}
