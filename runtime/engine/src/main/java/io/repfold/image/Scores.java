package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;

/** What a run gave: a number for each image, channel and place. */
final class Scores {
  private final FloatBuffer values;
  private final int channels;
  private final ImageSize size;
  private final boolean channelsFirst;

  /**
   * A view of a tensor.
   *
   * @param channelsFirst whether it is [N, C, H, W]; otherwise [N, H, W, C]
   */
  Scores(HostTensor tensor, int channels, ImageSize size, boolean channelsFirst) {
    this.values =
        tensor.type() == ElementType.FLOAT
            ? tensor.bytes().asFloatBuffer()
            : FloatBuffer.wrap(tensor.toFloats());
    this.channels = channels;
    this.size = size;
    this.channelsFirst = channelsFirst;
  }

  int channels() {
    return channels;
  }

  ImageSize size() {
    return size;
  }

  /** Reads a row of one channel of one image. */
  void row(int image, int channel, int y, float[] into) {
    int width = size.width();
    if (channelsFirst) {
      values.get(((image * channels + channel) * size.height() + y) * width, into, 0, width);
      return;
    }
    int from = (image * size.height() + y) * width * channels + channel;
    for (int x = 0; x < width; x++) {
      into[x] = values.get(from + x * channels);
    }
  }
}
