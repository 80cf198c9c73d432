package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import io.repfold.runtime.TensorInfo;
import java.util.List;
import java.util.OptionalInt;

/** What a model tells about its classes before it runs, beside what a caller says of them. */
final class DeclaredClasses {
  private final String model;
  private final OutputPort output;
  private final OptionalInt channels;
  private final int named;

  DeclaredClasses(Engine engine, InputPort input, OutputPort output, RepfoldMetadata metadata) {
    this.model = engine.name();
    this.output = output;
    this.channels = channels(engine, input, output);
    this.named = metadata.classNames().size();
  }

  /** Those of scores; empty if the shape does not tell. */
  private static OptionalInt channels(Engine engine, InputPort input, OutputPort output) {
    TensorInfo info =
        engine.outputs().stream()
            .filter(o -> o.name().equals(output.name()))
            .findFirst()
            .orElseThrow();
    long[] shape = info.shape();
    if (output.meaning() == OutputPort.Meaning.CLASSES || shape.length < 3) {
      return OptionalInt.empty();
    }
    if (shape.length == 3) {
      return OptionalInt.of(1);
    }
    long first = shape[1];
    long last = shape[3];
    boolean ambiguous = !output.layoutIsKnown() && first > 0 && last > 0 && !input.isFixed();
    if (ambiguous) {
      return OptionalInt.empty();
    }
    boolean isFirst = output.layout() == ImageLayout.NCHW;
    if (!output.layoutIsKnown() && first > 0 && last > 0) {
      ImageSize size = new ImageSize((int) input.height(), (int) input.width());
      isFirst = output.axes(shape, size) == ImageLayout.NCHW;
    } else if (!output.layoutIsKnown() && (first > 0) != (last > 0)) {
      isFirst = first > 0;
    }
    long count = isFirst ? first : last;
    return count > 0 ? OptionalInt.of((int) count) : OptionalInt.empty();
  }

  /**
   * Compares the options with the model.
   *
   * @throws IllegalArgumentException if there is a threshold for more than one channel, or another
   *     number of names than of classes
   */
  void check(SegmentOptions options) {
    if (options.threshold().isPresent()
        && (output.meaning() == OutputPort.Meaning.CLASSES || channels.orElse(1) != 1)) {
      throw new IllegalArgumentException(
          "A threshold is for an output of one channel, and '%s' of '%s' holds %s; leave it out"
              .formatted(
                  output.name(),
                  model,
                  channels.isPresent() ? channels.getAsInt() + " channels" : "classes"));
    }
    List<String> names = options.classNames();
    OptionalInt classes = classes();
    if (!names.isEmpty() && classes.isPresent() && names.size() != classes.getAsInt()) {
      throw new IllegalArgumentException(
          "'%s' tells %d classes apart%s, and %d names are given: %s"
              .formatted(
                  model,
                  classes.getAsInt(),
                  channels.orElse(0) == 1 ? ", what is not there (0) and what is (1)" : "",
                  names.size(),
                  names));
    }
  }

  private OptionalInt classes() {
    if (channels.isPresent()) {
      return OptionalInt.of(channels.getAsInt() == 1 ? 2 : channels.getAsInt());
    }
    boolean told = output.meaning() == OutputPort.Meaning.CLASSES && named > 0;
    return told ? OptionalInt.of(named) : OptionalInt.empty();
  }
}
