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
   * @throws ImageFormatException if the file is neither PNG nor JPEG, is damaged, has transparent
   *     pixels, or has more than 2^26 pixels
   */
  public static HostTensor read(Path file, ImageOptions options) throws IOException {
    Pixels pixels = Decoder.decode(file);
    int plane = Math.multiplyExact(options.width(), options.height());
    int channels = options.channels().channels();
    ByteBuffer memory =
        ByteBuffer.allocateDirect(Math.multiplyExact(plane, 4 * channels))
            .order(ByteOrder.nativeOrder());
    ImageSize size = new ImageSize(options.height(), options.width());
    Colours colours =
        new Colours(options.channels(), options.mean(), options.standardDeviation(), 255);
    Frame frame = Frame.stretched(pixels.size(), size);
    new InputWriter(colours, ImageLayout.NCHW)
        .write(frame.rows(pixels), memory.asFloatBuffer(), 0, size);
    return HostTensor.wrap(
        ElementType.FLOAT, memory, 1, channels, options.height(), options.width());
  }

  /**
   * The size that an image's header states, without decoding it.
   *
   * @throws ImageFormatException if it is no image that can be read
   */
  public static ImageSize size(Path file) throws IOException {
    return Decoder.size(file);
  }
}
