package io.repfold.nets;

import java.util.List;

/**
 * What a network costs, with all its arguments left out.
 *
 * @param type the value of {@code arch.type}
 * @param backbones what its argument of a similar name may be, the first one not always the
 *     default; empty if it has none
 * @param classes that the numbers are for: 21 of a segmentation network, 1000 of a classifier
 * @param trained parameters that are learnt, with the auxiliary head
 * @param deployed parameters after folding, without the auxiliary head
 * @param multiplyAdds of the deployed network at 512 x 512 pixels
 * @param outputStride pixels of the image to one of the coarsest features, along each axis
 * @param source where it was published
 * @param recipe how it was trained, as published; empty where that is not known
 */
public record NetworkRow(
    String type,
    List<String> backbones,
    int classes,
    long trained,
    long deployed,
    long multiplyAdds,
    int outputStride,
    String source,
    String recipe) {
  public NetworkRow {
    backbones = List.copyOf(backbones);
  }
}
