package io.repfold.image;

import io.repfold.images.ImageFormatException;
import io.repfold.images.ImageSize;
import io.repfold.images.Images;
import io.repfold.images.RgbImage;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads PNG and JPEG files as network inputs. */
public final class ImageTensors {
  private ImageTensors() {}

  /**
   * Decodes an image, resizes it and normalizes its colors. Resizing is bilinear between pixel
   * centers, without smoothing (ONNX Resize, mode linear, half_pixel); gray images serve as color
   * images; what a camera's EXIF data say to be turned is turned upright.
   *
   * @return float32 [1, C, height, width]
   * @throws ImageFormatException if the file is neither PNG nor JPEG, is damaged, has transparent
   *     pixels, or has more than 2^26 pixels
   */
  public static HostTensor read(Path file, ImageOptions options) throws IOException {
    return read(file, options, ImageLayout.NCHW, ElementType.FLOAT);
  }

  /**
   * The same in another layout or type.
   *
   * @param type a floating one, or UINT8 for values from 0 to 255 as they are, to which the mean
   *     and standard deviation do not apply
   * @return [1, C, height, width] or [1, height, width, C]
   * @throws IllegalArgumentException if it is another type
   * @throws ImageFormatException as above
   */
  public static HostTensor read(
      Path file, ImageOptions options, ImageLayout layout, ElementType type) throws IOException {
    if (!type.isFloating() && type != ElementType.UINT8) {
      throw new IllegalArgumentException("An image is floating or uint8, not " + type);
    }
    RgbImage pixels = Images.read(file);
    ImageSize size = new ImageSize(options.height(), options.width());
    long[] shape = shape(options, layout);
    float[] values =
        new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    Frame frame = Frame.stretched(pixels.size(), size);
    new InputWriter(colors(options, type), layout)
        .write(frame.rows(pixels), FloatBuffer.wrap(values), 0, size);
    if (type == ElementType.FLOAT) {
      return HostTensor.ofFloats(values, shape);
    }
    boolean whole = type == ElementType.UINT8;
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = whole ? Math.round(values[i]) : values[i];
    }
    return HostTensor.of(type, wide, shape);
  }

  private static long[] shape(ImageOptions options, ImageLayout layout) {
    int channels = options.channels().channels();
    return layout == ImageLayout.NCHW
        ? new long[] {1, channels, options.height(), options.width()}
        : new long[] {1, options.height(), options.width(), channels};
  }

  private static Colors colors(ImageOptions options, ElementType type) {
    return type == ElementType.UINT8
        ? Colors.raw(options.channels())
        : new Colors(options.channels(), options.mean(), options.standardDeviation(), 255);
  }

  /**
   * The size that an image's header states, without decoding it.
   *
   * @throws ImageFormatException if it is no image that can be read
   */
  public static ImageSize size(Path file) throws IOException {
    return Images.header(file).size();
  }
}
