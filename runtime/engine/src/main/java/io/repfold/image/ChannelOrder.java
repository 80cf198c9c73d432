package io.repfold.image;

/** Which colours the channel axis holds, in which order. */
public enum ChannelOrder {
  /** Three channels: red, green, blue. */
  RGB,
  /** Three channels: blue, green, red. */
  BGR,
  /** One channel: the luminance 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601). */
  GREY;

  /** Number of channels. */
  public int channels() {
    return this == GREY ? 1 : 3;
  }

  /** The value of one channel of a pixel that is given as red, green and blue. */
  float value(float[] rgb, int channel) {
    return switch (this) {
      case RGB -> rgb[channel];
      case BGR -> rgb[2 - channel];
      case GREY -> 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
    };
  }
}
