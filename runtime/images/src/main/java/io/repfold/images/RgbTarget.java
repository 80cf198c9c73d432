package io.repfold.images;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;

/**
 * An sRGB image whose memory is red, green and blue of the first pixel, of the second ... A JPEG
 * decoder writes its rows into it as they are; into one of the usual kind, blue first, it sorts
 * each pixel, which takes as long as half of the decoding, and sorting back is one more pass.
 */
final class RgbTarget extends BufferedImage {
  private static final int[] ORDER = {0, 1, 2};

  private RgbTarget(WritableRaster raster) {
    super(
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            /* hasAlpha= */ false,
            /* isAlphaPremultiplied= */ false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE),
        raster,
        /* isRasterPremultiplied= */ false,
        null);
  }

  /** A black one. */
  static RgbTarget of(ImageSize size) {
    return new RgbTarget(
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE,
            size.width(),
            size.height(),
            3 * size.width(),
            3,
            ORDER.clone(),
            null));
  }

  /** [height, width, 3]; its memory, not a copy. */
  byte[] rgb() {
    return ((DataBufferByte) getRaster().getDataBuffer()).getData();
  }
}
