package io.repfold.image;

import io.repfold.image.Network.Job;
import io.repfold.images.ImageFormatException;
import io.repfold.images.ImageSize;
import io.repfold.images.RgbImage;
import java.util.List;

/** A way to bring images of any size through a network. */
interface ImagePass {
  /** An image with its colors. */
  record Decoded(String name, RgbImage pixels) {}

  /** Takes the result of an image, or what went wrong with it. */
  interface Results {
    void done(Decoded image, Segmentation result);

    void failed(Decoded image, Throwable cause);
  }

  /** Images that are worth being given together, at most. */
  int together();

  /**
   * The size of the network's input for an image: images of one size can be given together.
   *
   * @throws ImageFormatException if the image is too large
   */
  ImageSize inputSize(String name, ImageSize image) throws ImageFormatException;

  /** Segments images; each ends in the results, once. */
  void segment(List<Decoded> images, Job job, Results results);
}
