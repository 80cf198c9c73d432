package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A network that takes images, with the memory for its runs. */
final class Network implements AutoCloseable {
  private final String model;
  private final InputPort input;
  private final OutputPort output;
  private final int batch;
  private final BoundInputPool slots;
  private final InputWriter writer;
  private final List<String> classNames;

  /** Who shares the network with whom. */
  record Job(StageTimes times, @Nullable Semaphore turn) {
    void acquire() {
      if (turn != null) {
        turn.acquireUninterruptibly();
      }
    }

    void release() {
      if (turn != null) {
        turn.release();
      }
    }
  }

  private Network(
      Engine engine, InputPort input, OutputPort output, int batch, List<String> classNames) {
    this.model = engine.name();
    this.input = input;
    this.output = output;
    this.batch = batch;
    this.slots = new BoundInputPool(engine, input, output.name());
    this.writer = new InputWriter(input.colors(), input.layout());
    this.classNames = classNames;
  }

  static Network of(Engine engine, RepfoldMetadata metadata, SegmentOptions options) {
    InputPort input = InputPort.of(engine, metadata, options);
    if (input.batch() > 0 && options.batch() > input.batch()) {
      throw new EngineException(
          "'%s' takes %d images in a run, not %d; export it with a dynamic batch, or ask for no more"
              .formatted(engine.name(), input.batch(), options.batch()));
    }
    int batch = input.batch() > 0 ? (int) input.batch() : options.batch();
    OutputPort output = OutputPort.of(engine, metadata, input.layout(), options);
    new DeclaredClasses(engine, input, output, metadata).check(options);
    List<String> names =
        options.classNames().isEmpty() ? metadata.classNames() : options.classNames();
    return new Network(engine, input, output, batch, names);
  }

  InputPort input() {
    return input;
  }

  OutputPort output() {
    return output;
  }

  /** Images in a run, at most. */
  int batch() {
    return batch;
  }

  List<String> classNames() {
    return classNames;
  }

  /**
   * Runs the network on images of one size.
   *
   * @param images at most {@link #batch}
   * @param use what to do with the scores, which are gone afterwards
   */
  void run(List<InputWriter.Rows> images, ImageSize size, Job job, Consumer<Scores> use) {
    int count = input.batch() > 0 ? batch : images.size();
    BoundInput slot = slots.take(count, size);
    try {
      job.times()
          .time(
              Stage.PREPARE,
              () -> {
                for (int i = 0; i < images.size(); i++) {
                  writer.write(images.get(i), slot.values(), i, size);
                }
              });
      Scores scores = output.read(runInTurn(slot, job), size);
      if (output.meaning() == OutputPort.Meaning.SCORES
          && scores.channels() > 1
          && !classNames.isEmpty()
          && classNames.size() != scores.channels()) {
        throw new EngineException(
            "'%s' tells %d classes apart, and %d names are given: %s"
                .formatted(model, scores.channels(), classNames.size(), classNames));
      }
      job.times().time(Stage.POST_PROCESS, () -> use.accept(scores));
    } finally {
      slots.giveBack(slot);
    }
  }

  /** The wait for one's turn is nobody's time. */
  private HostTensor runInTurn(BoundInput slot, Job job) {
    HostTensor[] result = new HostTensor[1];
    job.acquire();
    try {
      job.times().time(Stage.RUN, () -> result[0] = slots.run(slot));
    } finally {
      job.release();
    }
    return result[0];
  }

  @Override
  public void close() {
    slots.close();
  }
}
