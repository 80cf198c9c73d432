package io.repfold.cli;

import io.repfold.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a training came to.
 *
 * @param weights the best of it, an ONNX file
 * @param losses by step
 * @param validations by epoch; those epochs that were validated
 */
record DemoTraining(
    Path weights,
    TrainingListener.Start start,
    List<Double> losses,
    List<TrainingListener.Epoch> epochs,
    List<TrainingListener.Validated> validations) {
  DemoTraining {
    losses = List.copyOf(losses);
    epochs = List.copyOf(epochs);
    validations = List.copyOf(validations);
  }

  /** Seconds of learning, without validation. */
  double seconds() {
    return epochs.stream().mapToDouble(TrainingListener.Epoch::seconds).sum();
  }

  Optional<TrainingListener.Validated> validation(int epoch) {
    return validations.stream().filter(v -> v.epoch() == epoch).findFirst();
  }

  /** Shows a training and takes down what happens. */
  static final class Recorder implements TrainingListener, AutoCloseable {
    private final TrainingReport report;
    private final List<Double> losses = new ArrayList<>();
    private final List<Epoch> epochs = new ArrayList<>();
    private final List<Validated> validations = new ArrayList<>();
    private @Nullable Start begin;

    Recorder(TrainingReport report) {
      this.report = report;
    }

    DemoTraining training(Path weights) {
      if (begin == null) {
        throw new IllegalStateException("A training that was not started came to nothing");
      }
      return new DemoTraining(weights, begin, losses, epochs, validations);
    }

    @Override
    public void message(String text) {
      report.message(text);
    }

    @Override
    public void warning(String text) {
      report.warning(text);
    }

    @Override
    public void started(Start start) {
      begin = start;
      report.started(start);
    }

    @Override
    public void stepped(Step step) {
      losses.add(step.loss());
      report.stepped(step);
    }

    @Override
    public void epochEnded(Epoch epoch) {
      epochs.add(epoch);
      report.epochEnded(epoch);
    }

    @Override
    public void validating(int batch, int batches) {
      report.validating(batch, batches);
    }

    @Override
    public void validated(Validated validated) {
      validations.add(validated);
      report.validated(validated);
    }

    @Override
    public void close() {
      report.close();
    }
  }
}
