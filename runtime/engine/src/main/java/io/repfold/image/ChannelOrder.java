package io.repfold.image;

import java.util.Collections;
import java.util.List;

/** Which colors the channel axis holds, in which order. */
public enum ChannelOrder {
  /** Three channels: red, green, blue. */
  RGB,
  /** Three channels: blue, green, red. */
  BGR,
  /** One channel: the luminance 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601). */
  GRAY;

  /** Number of channels. */
  public int channels() {
    return this == GRAY ? 1 : 3;
  }

  /** Numbers of the channels, of which one stands for all. */
  public List<Float> forEach(List<Float> numbers) {
    return numbers.size() == 1 ? Collections.nCopies(channels(), numbers.get(0)) : numbers;
  }

  /**
   * One channel of some pixels.
   *
   * @param rgb red, green, blue of the first, of the second ...
   * @param into a value for each pixel
   */
  void channel(int channel, float[] rgb, int pixels, float[] into) {
    for (int x = 0; x < pixels; x++) {
      int at = 3 * x;
      into[x] =
          switch (this) {
            case RGB -> rgb[at + channel];
            case BGR -> rgb[at + 2 - channel];
            case GRAY -> 0.299f * rgb[at] + 0.587f * rgb[at + 1] + 0.114f * rgb[at + 2];
          };
    }
  }
}
