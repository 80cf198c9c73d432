package io.repfold.cli;

import io.repfold.pipeline.Phrases;
import io.repfold.train.Metrics;
import io.repfold.train.TrainingListener;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Shows a training as it goes on: a bar with the time that is left on a terminal, a line every few
 * seconds elsewhere, and a line for each epoch and validation.
 */
final class TrainingReport implements TrainingListener, AutoCloseable {
  private static final int WIDTH = 110;
  private static final int UPDATE_MILLISECONDS = 250;
  private static final long SECONDS_BETWEEN_LINES = 10;

  private final PrintWriter out;
  private final boolean terminal = Progress.isTerminal();
  private final long begin = System.nanoTime();
  private final StopBetweenSteps stop = new StopBetweenSteps();
  private @Nullable ProgressBar bar;
  private @Nullable Start start;
  private long lastLine = begin;

  TrainingReport(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void message(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public void warning(String text) {
    message("Warning: " + text);
  }

  @Override
  public void started(Start now) {
    start = now;
    message(
        "%s: %s parameters, %s of them trained; %s to learn from, %s to validate on; %s"
            .formatted(
                now.architecture(),
                Phrases.count(now.parameters()),
                Phrases.count(now.trainable()),
                Phrases.plural(now.examples(), "image"),
                now.validationExamples() == 0 ? "none" : Phrases.count(now.validationExamples()),
                Phrases.plural(now.threads(), "thread")));
    if (now.doneEpochs() > 0 || now.doneBatches() > 0) {
      message("Going on after epoch %d, batch %d".formatted(now.doneEpochs(), now.doneBatches()));
    }
    message("The run is in " + now.folder());
  }

  @Override
  public void stepped(Step step) {
    stop.between();
    Start run = java.util.Objects.requireNonNull(start);
    if (terminal) {
      show("Epoch %d/%d".formatted(step.epoch(), run.epochs()), step.batch(), run.batches());
      if (bar != null) {
        bar.setExtraMessage(
            " loss %s, %s images/s, %s left"
                .formatted(
                    Phrases.fixed(step.loss(), 4),
                    Phrases.fixed(step.imagesPerSecond(), 1),
                    left(step, run, System.nanoTime())));
      }
      return;
    }
    long now = System.nanoTime();
    if (now - lastLine > SECONDS_BETWEEN_LINES * 1_000_000_000L) {
      lastLine = now;
      message(
          "Epoch %d/%d, batch %d/%d: loss %s, rate %s, %s images/s, %s left"
              .formatted(
                  step.epoch(),
                  run.epochs(),
                  step.batch(),
                  run.batches(),
                  Phrases.fixed(step.loss(), 4),
                  Phrases.small(step.rate()),
                  Phrases.fixed(step.imagesPerSecond(), 1),
                  left(step, run, now)));
    }
  }

  /** By the mean over this process, validations included. */
  private String left(Step step, Start run, long now) {
    long before = (long) run.doneEpochs() * run.batches() + run.doneBatches();
    long done = (long) (step.epoch() - 1) * run.batches() + step.batch();
    long all = (long) run.epochs() * run.batches();
    double seconds = (now - begin) / 1e9 * (all - done) / Math.max(1, done - before);
    long whole = Math.round(seconds);
    return whole >= 3600
        ? "%d h %02d min".formatted(whole / 3600, whole / 60 % 60)
        : "%d min %02d s".formatted(whole / 60, whole % 60);
  }

  @Override
  public void epochEnded(Epoch epoch) {
    hide();
    message(
        "Epoch %d: loss %s, %s s, %s images/s, %s %% of it waiting for data"
            .formatted(
                epoch.epoch(),
                Phrases.fixed(epoch.loss(), 4),
                Phrases.fixed(epoch.seconds(), 1),
                Phrases.fixed(epoch.imagesPerSecond(), 1),
                Phrases.fixed(100 * epoch.waiting(), 1)));
  }

  @Override
  public void validating(int batch, int batches) {
    stop.between();
    if (terminal) {
      show("Validating", batch, batches);
    }
  }

  @Override
  public void validated(Validated validated) {
    hide();
    Metrics metrics = validated.metrics();
    message(
        "  validation: loss %s, mIoU %s, pixel accuracy %s%s"
            .formatted(
                Phrases.fixed(metrics.loss(), 4),
                Phrases.fixed(metrics.meanIou(), 4),
                Phrases.fixed(metrics.pixelAccuracy(), 4),
                validated.improved() ? ", the best so far" : ""));
    message("  IoU: " + Phrases.few(byClass(metrics.iou(), validated.classNames()), 21));
  }

  private static List<String> byClass(double[] iou, List<String> names) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < iou.length; i++) {
      text.add(names.get(i) + " " + (Double.isNaN(iou[i]) ? "absent" : Phrases.fixed(iou[i], 3)));
    }
    return text;
  }

  private void show(String task, int done, int all) {
    if (bar == null || !task.equals(bar.getTaskName())) {
      hide();
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(all)
              .setUpdateIntervalMillis(UPDATE_MILLISECONDS)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
              .hideEta()
              .clearDisplayOnFinish()
              .build();
    }
    bar.stepTo(done);
  }

  private void hide() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @Override
  public void close() {
    stop.close();
    hide();
  }
}
