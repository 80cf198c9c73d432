package io.repfold.image;

import com.google.errorprone.annotations.FormatMethod;
import io.repfold.images.ImageSize;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The output of a network that says what is where in an image.
 *
 * @param model its name, for messages
 * @param name of the tensor
 * @param meaning of its values
 * @param threshold above which one channel means class 1
 * @param layout order of axes of scores, unless the shape shows the other
 * @param layoutIsKnown whether that is told, and so not to be guessed from shapes
 * @param probabilities whether scores already are probabilities
 */
record OutputPort(
    String model,
    String name,
    Meaning meaning,
    OptionalDouble threshold,
    ImageLayout layout,
    boolean layoutIsKnown,
    boolean probabilities) {
  /** What the values are. */
  enum Meaning {
    /** Classes, without an axis of classes. */
    CLASSES,
    /** A score for each class, or for one class that is there or not. */
    SCORES
  }

  /**
   * Finds the output of a model.
   *
   * @throws EngineException if it is not clear which one, or how to read it
   */
  static OutputPort of(
      Engine engine, RepfoldMetadata metadata, ImageLayout input, SegmentOptions options) {
    TensorInfo info = choose(engine, metadata, options);
    boolean scores = info.type().isFloating();
    int rank = info.dimensions().size();
    check(
        rank == 0 || rank == 4 || rank == 3,
        "Cannot read masks from output %s of '%s': expected [N, classes, H, W], [N, H, W, classes] or [N, H, W]",
        info,
        engine.name());
    check(
        info.type() != ElementType.BOOL,
        "Cannot read masks from output %s of '%s': expected scores or integers; add a Cast to the model",
        info,
        engine.name());
    if (scores && isSingle(info, options.layout().or(metadata::layout).orElse(input))) {
      requireThreshold(engine.name(), info.toString(), options.threshold());
    }
    return new OutputPort(
        engine.name(),
        info.name(),
        scores ? Meaning.SCORES : Meaning.CLASSES,
        options.threshold(),
        options.layout().or(metadata::layout).orElse(input),
        options.layout().or(metadata::layout).isPresent(),
        metadata.hasProbabilities());
  }

  private static TensorInfo choose(
      Engine engine, RepfoldMetadata metadata, SegmentOptions options) {
    List<TensorInfo> outputs = engine.outputs();
    if (options.output().isPresent()) {
      String name = options.output().get();
      return outputs.stream()
          .filter(output -> output.name().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new EngineException(
                      "'%s' has no output '%s'; its outputs are %s"
                          .formatted(engine.name(), name, outputs)));
    }
    List<TensorInfo> main =
        outputs.stream()
            .filter(o -> !metadata.auxiliaryOutput().map(o.name()::equals).orElse(false))
            .toList();
    check(
        main.size() == 1,
        "'%s' has %d outputs: %s; name the one with the classes",
        engine.name(),
        main.size(),
        main);
    return main.get(0);
  }

  private static boolean isSingle(TensorInfo info, ImageLayout layout) {
    long[] shape = info.shape();
    return shape.length == 3
        || (shape.length == 4 && shape[layout == ImageLayout.NCHW ? 1 : 3] == 1);
  }

  private static void requireThreshold(String model, String output, OptionalDouble threshold) {
    check(
        threshold.isPresent(),
        "Output %s of '%s' is read as one number for each pixel ([N, H, W], or one channel), which may be a probability or a score; state the threshold above which a pixel is class 1: 0.5 for probabilities, 0 for scores",
        output,
        model);
  }

  /**
   * The scores or classes of each image in a run.
   *
   * @param input size of the images that the network took
   * @throws EngineException if the shape does not fit to such images
   */
  Scores read(HostTensor tensor, ImageSize input) {
    long[] shape = tensor.shape();
    boolean flat = shape.length == 3;
    check(
        flat || shape.length == 4,
        "Cannot read masks from output '%s' of '%s': expected [N, classes, H, W], [N, H, W, classes] or [N, H, W], found %s",
        name,
        model,
        tensor);
    boolean first = flat || axes(shape, input) == ImageLayout.NCHW;
    int channels = flat ? 1 : Math.toIntExact(shape[first ? 1 : 3]);
    ImageSize size =
        new ImageSize(
            Math.toIntExact(shape[flat ? 1 : first ? 2 : 1]),
            Math.toIntExact(shape[flat ? 2 : first ? 3 : 2]));
    if (meaning == Meaning.CLASSES) {
      check(
          channels == 1,
          "Cannot read masks from output '%s' of '%s': integers are classes, and need one channel; found %s",
          name,
          model,
          tensor);
    } else if (channels == 1) {
      requireThreshold(model, "'%s' (%s)".formatted(name, tensor), threshold);
    }
    check(
        channels <= Mask.MOST_CLASSES,
        "Output '%s' of '%s' has %d classes, and masks hold at most %d",
        name,
        model,
        channels,
        Mask.MOST_CLASSES);
    return new Scores(tensor, channels, size, first);
  }

  /** That of the input, unless only the other has the proportions of the image. */
  ImageLayout axes(long[] shape, ImageSize input) {
    ImageLayout other = layout == ImageLayout.NCHW ? ImageLayout.NHWC : ImageLayout.NCHW;
    if (layoutIsKnown || isLike(shape, layout, input)) {
      return layout;
    }
    check(
        isLike(shape, other, input),
        "Output '%s' of '%s' is %s for an input of %s: neither [N, classes, H, W] nor [N, H, W, classes] has its proportions; name another output",
        name,
        model,
        Arrays.toString(shape),
        input);
    return other;
  }

  /** Whether height and width are the same share of the input's, up to what strides round. */
  private static boolean isLike(long[] shape, ImageLayout layout, ImageSize input) {
    boolean first = layout == ImageLayout.NCHW;
    double down = (double) shape[first ? 2 : 1] / input.height();
    double right = (double) shape[first ? 3 : 2] / input.width();
    return Math.abs(down - right) <= 1.0 / input.height() + 1.0 / input.width();
  }

  @FormatMethod
  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new EngineException(message.formatted(arguments));
    }
  }
}
