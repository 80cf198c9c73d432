package io.repfold.djl;

import static io.repfold.djl.Cases.IMAGE;

import io.repfold.graph.Kernel;
import java.util.List;

/** Resizing in all modes. */
final class ResizeCases {
  private ResizeCases() {}

  static void addTo(Cases cases) {
    for (String coordinates :
        List.of("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")) {
      for (String mode : List.of("linear", "nearest", "cubic")) {
        cases.add(
            "Resize " + mode + " " + coordinates + " up",
            (b, x) -> b.resize(x, mode, coordinates, 2, 3),
            IMAGE);
        cases.add(
            "Resize " + mode + " " + coordinates + " down and up",
            (b, x) -> b.resize(x, mode, coordinates, 0.5f, 2.5f),
            2,
            4,
            6,
            4);
      }
    }
    for (String coordinates : List.of("half_pixel", "asymmetric", "pytorch_half_pixel")) {
      for (float scale : new float[] {0.6f, 1.7f, 1.1f, 2.3f, 0.35f}) {
        for (String mode : List.of("linear", "nearest")) {
          cases.add(
              "Resize " + mode + " " + coordinates + " by " + scale,
              (b, x) -> b.resize(x, mode, coordinates, scale, 1 / scale),
              1,
              1,
              47,
              64);
        }
      }
    }
    cases.add(
        "Resize from a pixel",
        (b, x) -> b.resizeLike(b.globalAveragePool(x), x, "linear", "align_corners"),
        IMAGE);
    cases.add(
        "Resize like another",
        (b, x) ->
            b.resizeLike(b.conv(x, 3, Kernel.of(3).withStride(2), 1), x, "linear", "half_pixel"),
        IMAGE);
  }
}
