package io.repfold.image;

import com.google.errorprone.annotations.FormatMethod;
import io.repfold.images.ImageSize;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.TensorInfo;
import java.util.Arrays;
import java.util.List;

/**
 * The input of a network that takes images.
 *
 * @param name of the tensor
 * @param type a floating type, or uint8
 * @param layout order of its axes
 * @param batch images in a run, or -1 for any number
 * @param height that it takes, or -1 for any
 * @param width that it takes, or -1 for any
 * @param colors what it takes for colors
 */
record InputPort(
    String name,
    ElementType type,
    ImageLayout layout,
    long batch,
    long height,
    long width,
    Colors colors) {
  /**
   * Finds the input of a model.
   *
   * @throws EngineException if the model does not take images, or it is not clear how
   */
  static InputPort of(Engine engine, RepfoldMetadata metadata, SegmentOptions options) {
    List<TensorInfo> inputs = engine.inputs();
    check(
        inputs.size() == 1 && inputs.get(0).dimensions().size() == 4,
        "Cannot feed '%s' with images: it must take one tensor [N, C, H, W] or [N, H, W, C], and takes %s",
        engine.name(),
        inputs);
    TensorInfo input = inputs.get(0);
    check(
        input.type().isFloating() || input.type() == ElementType.UINT8,
        "Cannot feed '%s' with images: its input %s must be floating or uint8",
        engine.name(),
        input);
    long[] shape = input.shape();
    ImageLayout layout =
        options
            .layout()
            .or(metadata::layout)
            .orElseGet(() -> layout(engine.name(), input, options));
    boolean first = layout == ImageLayout.NCHW;
    ChannelOrder order = order(engine.name(), input, shape[first ? 1 : 3], options);
    return new InputPort(
        input.name(),
        input.type(),
        layout,
        shape[0],
        shape[first ? 2 : 1],
        shape[first ? 3 : 2],
        colors(engine.name(), input, order, metadata, options));
  }

  private static ImageLayout layout(String model, TensorInfo input, SegmentOptions options) {
    long[] shape = input.shape();
    boolean first = mayBeChannels(shape[1], options);
    boolean last = mayBeChannels(shape[3], options);
    check(
        first != last,
        "Cannot feed '%s': %s of the input %s is 1 or 3, so the channels may be %s; state the layout, NCHW or NHWC",
        model,
        first ? "the second and the last dimension" : "neither the second nor the last dimension",
        input,
        first ? "either" : "neither");
    return first ? ImageLayout.NCHW : ImageLayout.NHWC;
  }

  private static boolean mayBeChannels(long size, SegmentOptions options) {
    return options.channels().map(order -> size == order.channels()).orElse(size == 1 || size == 3);
  }

  private static ChannelOrder order(
      String model, TensorInfo input, long channels, SegmentOptions options) {
    ChannelOrder order =
        options.channels().orElse(channels == 1 ? ChannelOrder.GRAY : ChannelOrder.RGB);
    check(
        channels == order.channels() || channels < 0,
        "Cannot feed '%s': its input %s takes %d channels, and images have %d (%s)",
        model,
        input,
        channels,
        order.channels(),
        order);
    return order;
  }

  private static Colors colors(
      String model,
      TensorInfo input,
      ChannelOrder order,
      RepfoldMetadata metadata,
      SegmentOptions options) {
    if (!input.type().isFloating()) {
      check(
          options.mean().isEmpty(),
          "Cannot feed '%s': its input %s takes bytes as they are, without mean and standard deviation",
          model,
          input);
      return Colors.raw(order);
    }
    List<Float> mean = options.mean().isEmpty() ? metadata.mean() : options.mean();
    List<Float> deviation =
        options.standardDeviation().isEmpty()
            ? metadata.standardDeviation()
            : options.standardDeviation();
    if (mean.isEmpty()) {
      ImageOptions usual =
          order == ChannelOrder.GRAY
              ? ImageOptions.plain(1, 1, order)
              : ImageOptions.imageNet(1, 1);
      boolean reversed = order == ChannelOrder.BGR;
      mean = reversed ? reversed(usual.mean()) : usual.mean();
      deviation = reversed ? reversed(usual.standardDeviation()) : usual.standardDeviation();
    }
    mean = order.forEach(mean);
    deviation = order.forEach(deviation);
    check(
        mean.size() == order.channels() && deviation.size() == order.channels(),
        "Cannot feed '%s': %s takes %d means and standard deviations, found %s and %s",
        model,
        order,
        order.channels(),
        mean,
        deviation);
    return new Colors(order, mean, deviation, 255);
  }

  private static List<Float> reversed(List<Float> three) {
    return List.of(three.get(2), three.get(1), three.get(0));
  }

  /** The shape of a tensor for this input. */
  long[] shape(int n, ImageSize size) {
    int channels = colors.order().channels();
    return layout == ImageLayout.NCHW
        ? new long[] {n, channels, size.height(), size.width()}
        : new long[] {n, size.height(), size.width(), channels};
  }

  /** Whether it takes images of one size only. */
  boolean isFixed() {
    return height > 0 && width > 0;
  }

  /**
   * Refuses a size that the input does not take.
   *
   * @param what for the message: where the size comes from
   */
  void requireFit(String model, ImageSize size, String what) {
    check(
        (height < 0 || height == size.height()) && (width < 0 || width == size.width()),
        "Cannot feed '%s' with %s of %s: its input '%s' takes %s",
        model,
        what,
        size,
        name,
        Arrays.toString(shapeText()));
  }

  private String[] shapeText() {
    return new String[] {
      height < 0 ? "any height" : "height " + height, width < 0 ? "any width" : "width " + width
    };
  }

  @FormatMethod
  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new EngineException(message.formatted(arguments));
    }
  }
}
