package io.repfold.pipeline.inputs;

import io.repfold.image.ImageLayout;
import io.repfold.image.ImageOptions;
import io.repfold.image.ImageTensors;
import io.repfold.images.ImageSize;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Images as the only input of a model: [N, C, H, W] or [N, H, W, C] with C of 1 or 3, floating or
 * uint8.
 */
final class ImageInputs {
  private static final String LAYOUT = "repfold.layout";

  private final Engine engine;
  private final Map<String, long[]> shapes;
  private final ImageColors colors;
  private final boolean choosesSizes;
  private @Nullable InputShapes found;

  /**
   * @param shapes to which images are brought
   * @param choosesSizes whether sizes are chosen here where nobody gives them
   */
  ImageInputs(Engine engine, Map<String, long[]> shapes, ImageColors colors, boolean choosesSizes) {
    this.engine = engine;
    this.shapes = shapes;
    this.colors = colors;
    this.choosesSizes = choosesSizes;
  }

  /**
   * Reads an image for an input.
   *
   * @throws PipelineException if the input takes no images, or no size is known
   */
  HostTensor read(Path file, TensorInfo input) throws IOException {
    long[] shape = sizes(file).get(input.name());
    boolean typed = input.type().isFloating() || input.type() == ElementType.UINT8;
    if (!typed || shape == null || shape.length != 4 || shape[0] != 1 || !hasColors(shape)) {
      throw PipelineException.request(
          "%s: an image fits a floating or uint8 input of shape [1, C, height, width] or [1, height, width, C] with C of 1 or 3, but %s has %s; give the tensor as a .npy file"
              .formatted(file, engine.name(), input));
    }
    boolean first = layout(shape) == ImageLayout.NCHW;
    ImageSize size =
        takesAnySize()
            ? ImageTensors.size(file)
            : new ImageSize(
                Math.toIntExact(shape[first ? 2 : 1]), Math.toIntExact(shape[first ? 3 : 2]));
    ImageOptions options =
        colors.of(
            engine,
            Math.toIntExact(shape[first ? 1 : 3]),
            size.height(),
            size.width(),
            input.type());
    return ImageTensors.read(file, options, layout(shape), input.type());
  }

  private boolean hasColors(long... shape) {
    return isColors(shape[layout(shape) == ImageLayout.NCHW ? 1 : 3]);
  }

  /** What the model's metadata say, or else where there are 1 or 3 channels. */
  private ImageLayout layout(long... shape) {
    String told = engine.metadata().custom().get(LAYOUT);
    boolean last = told == null ? !isColors(shape[1]) && isColors(shape[3]) : told.equals("nhwc");
    return last ? ImageLayout.NHWC : ImageLayout.NCHW;
  }

  private static boolean isColors(long size) {
    return size == 1 || size == 3;
  }

  /** Whether images go in as they are: repfold's own networks work at any size. */
  private boolean takesAnySize() {
    return !choosesSizes
        && shapes.isEmpty()
        && engine.inputs().get(0).isDynamic()
        && engine.metadata().custom().containsKey("repfold.architecture");
  }

  /** The input shapes that images are brought to. */
  private Map<String, long[]> sizes(Path file) {
    if (found == null) {
      found = InputShapes.find(engine, shapes);
    }
    if (found.chosen() && !choosesSizes && !takesAnySize()) {
      boolean last = engine.inputs().get(0).dimensions().size() == 4 && layoutIsLast();
      throw PipelineException.request(
          "%s: %s takes images of any size; say by withShapes to which they are to be brought, for example %s"
              .formatted(file, engine.name(), last ? "1x480x640x3" : "1x3x480x640"));
    }
    return found.sizes();
  }

  private boolean layoutIsLast() {
    return layout(engine.inputs().get(0).shape()) == ImageLayout.NHWC;
  }
}
