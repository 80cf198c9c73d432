package io.repfold.image;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reads PNG and JPEG files as network inputs. */
public final class ImageTensors {
  private ImageTensors() {}

  /**
   * Decodes an image, resizes it and normalises its colours. Resizing is bilinear between pixel
   * centres, without smoothing (ONNX Resize, mode linear, half_pixel); grey images serve as colour
   * images; the orientation in a camera's EXIF data is not applied.
   *
   * @return float32 [1, C, height, width]
   * @throws ImageFormatException if the file is neither PNG nor JPEG, is damaged, has transparency,
   *     or has more than 2^26 pixels
   */
  public static HostTensor read(Path file, ImageOptions options) throws IOException {
    Pixels pixels = Decoder.decode(file);
    Interpolation rows = Interpolation.between(pixels.height(), options.height());
    Interpolation columns = Interpolation.between(pixels.width(), options.width());
    int plane = Math.multiplyExact(options.width(), options.height());
    int channels = options.channels().channels();
    ByteBuffer memory =
        ByteBuffer.allocateDirect(Math.multiplyExact(plane, 4 * channels))
            .order(ByteOrder.nativeOrder());
    float[] rgb = new float[3];
    for (int y = 0; y < options.height(); y++) {
      for (int x = 0; x < options.width(); x++) {
        pixels.sample(rows, y, columns, x, rgb);
        for (int c = 0; c < channels; c++) {
          float value = options.channels().value(rgb, c) / 255f;
          float normalised = (value - options.mean().get(c)) / options.standardDeviation().get(c);
          memory.putFloat(4 * (c * plane + y * options.width() + x), normalised);
        }
      }
    }
    return HostTensor.wrap(
        ElementType.FLOAT, memory, 1, channels, options.height(), options.width());
  }
}
