package io.repfold.blocks;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.kit.Images;
import java.util.List;

/**
 * A graph with one input {@code x}, and a shape for it under which there is at least one output
 * pixel.
 *
 * @param name tells the seed and the geometry
 * @param dims [N, C, H, W] of the input
 */
public record RandomGraph(String name, Graph graph, ElementType type, List<Integer> dims) {
  /** Values from -3 to 3 for the input. */
  public NdArray image(long seed) {
    int[] shape = dims.stream().mapToInt(d -> d).toArray();
    return new NdArray(type, shape, Images.random(seed, 3, shape).data());
  }

  @Override
  public String toString() {
    return name + " on " + dims;
  }
}
