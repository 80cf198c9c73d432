package io.repfold.image;

import io.repfold.image.Network.Job;
import io.repfold.images.ImageFormatException;
import io.repfold.images.ImageSize;
import io.repfold.runtime.EngineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings an image through the network as a whole, scaled or padded. */
final class WholeImages implements ImagePass {
  /** As many pixels at once as 4096 x 4096; a hostile image shall not take all memory. */
  private static final long MOST_PIXELS = 1L << 24;

  private static final int USUAL_MULTIPLE = 32;

  private final Network network;
  private final SegmentOptions options;
  private final int multiple;

  WholeImages(String model, Network network, SegmentOptions options, boolean takesAnySize) {
    this.network = network;
    this.options = options;
    this.multiple = options.multiple().orElse(takesAnySize ? 1 : USUAL_MULTIPLE);
    InputPort input = network.input();
    options.size().ifPresent(size -> input.requireFit(model, size, "images"));
    if (options.multiple().isPresent() && (options.size().isPresent() || input.isFixed())) {
      throw new IllegalArgumentException(
          "Images for '%s' are scaled to one size; a multiple to pad them to is for images at their own"
              .formatted(model));
    }
    if (options.size().isEmpty() && !input.isFixed() && (input.height() > 0 || input.width() > 0)) {
      throw new EngineException(
          "'%s' takes images of one height or width only; state the size that they get"
              .formatted(model));
    }
  }

  @Override
  public int together() {
    return network.batch();
  }

  @Override
  public ImageSize inputSize(String name, ImageSize image) throws ImageFormatException {
    ImageSize size = frame(image).input();
    boolean stated = options.size().isPresent() || network.input().isFixed();
    if (!stated && size.pixels() > MOST_PIXELS) {
      throw new ImageFormatException(
          name,
          "%s would go through the network at once, and at most %d pixels do; slide a window over it, or state a smaller size"
              .formatted(size, MOST_PIXELS));
    }
    return size;
  }

  private Frame frame(ImageSize image) {
    InputPort input = network.input();
    if (options.size().isPresent()) {
      return Frame.stretched(image, options.size().get());
    }
    if (input.isFixed()) {
      return Frame.stretched(image, new ImageSize((int) input.height(), (int) input.width()));
    }
    return Frame.padded(image, multiple);
  }

  @Override
  public void segment(List<Decoded> images, Job job, Results results) {
    Map<ImageSize, List<Decoded>> bySize = new LinkedHashMap<>();
    for (Decoded image : images) {
      try {
        ImageSize size = inputSize(image.name(), image.pixels().size());
        bySize.computeIfAbsent(size, s -> new ArrayList<>()).add(image);
      } catch (ImageFormatException e) {
        results.failed(image, e);
      }
    }
    bySize.forEach((size, alike) -> run(alike, size, job, results));
  }

  private void run(List<Decoded> images, ImageSize size, Job job, Results results) {
    List<InputWriter.Rows> rows = new ArrayList<>();
    for (Decoded image : images) {
      rows.add(frame(image.pixels().size()).rows(image.pixels()));
    }
    Object[] made = new Object[images.size()];
    try {
      network.run(
          rows,
          size,
          job,
          scores -> {
            for (int i = 0; i < images.size(); i++) {
              made[i] = attempt(images.get(i), scores, i);
            }
          });
    } catch (RuntimeException | OutOfMemoryError e) {
      Arrays.fill(made, e);
    }
    for (int i = 0; i < made.length; i++) {
      if (made[i] instanceof Segmentation segmentation) {
        results.done(images.get(i), segmentation);
      } else if (made[i] instanceof Throwable cause) {
        results.failed(images.get(i), cause);
      }
    }
  }

  /** A segmentation, or why there is none. */
  private Object attempt(Decoded image, Scores scores, int index) {
    try {
      return decide(image, scores, index);
    } catch (RuntimeException | OutOfMemoryError e) {
      return e;
    }
  }

  private Segmentation decide(Decoded image, Scores scores, int index) {
    ImageSize size = image.pixels().size();
    OutputPort output = network.output();
    MaskBuilder mask =
        new MaskBuilder(image.name(), output, size, scores.channels(), options.probabilities());
    ScoreRows rows =
        new ScoreRows(scores, index, frame(size), output.meaning() == OutputPort.Meaning.CLASSES);
    if (output.meaning() == OutputPort.Meaning.SCORES
        && !options.probabilities()
        && UpscaledClasses.pays(rows)) {
      UpscaledClasses classes = new UpscaledClasses(rows, mask, scores.size().width());
      for (int y = 0; y < size.height(); y++) {
        classes.row(y);
      }
    } else {
      double[][] line = new double[scores.channels()][size.width()];
      for (int y = 0; y < size.height(); y++) {
        rows.read(y, line);
        mask.row(y, 0, size.width(), line);
      }
    }
    return new Segmentation(image.name(), image.pixels(), mask);
  }
}
