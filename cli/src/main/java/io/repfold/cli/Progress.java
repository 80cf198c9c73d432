package io.repfold.cli;

import io.repfold.pipeline.Steps;
import io.repfold.runtime.VisibleText;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Says on the terminal what is going on, once it takes longer than two seconds. Silent where the
 * process does not talk to a terminal.
 */
final class Progress implements AutoCloseable, Steps {
  private static final long PATIENCE_SECONDS = 2;
  private static final int WIDTH = 80;
  private static final int UPDATE_MILLISECONDS = 250;

  private final String task;
  private final int steps;
  private final @Nullable ScheduledExecutorService timer;

  private int done;
  private String step = "";
  private @Nullable ProgressBar bar;

  private Progress(String task, int steps) {
    this.task = task;
    this.steps = steps;
    if (isTerminal()) {
      timer = Executors.newSingleThreadScheduledExecutor(Progress::daemon);
      var unused = timer.schedule(this::show, PATIENCE_SECONDS, TimeUnit.SECONDS);
    } else {
      timer = null;
    }
  }

  /**
   * Begins.
   *
   * @param steps how many times {@link #next} will be called
   */
  static Progress of(String task, int steps) {
    return new Progress(task, steps);
  }

  /** Ends the step before, if there is one, and begins another. */
  @Override
  public synchronized void next(String name) {
    done += step.isEmpty() ? 0 : 1;
    step = name;
    update();
  }

  private synchronized void show() {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setUpdateIntervalMillis(UPDATE_MILLISECONDS)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
            .hideEta()
            .clearDisplayOnFinish()
            .build();
    update();
  }

  private void update() {
    if (bar != null) {
      bar.stepTo(done);
      bar.setExtraMessage(" " + VisibleText.line(step));
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
    synchronized (this) {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "progress");
    thread.setDaemon(true);
    return thread;
  }

  /** Up to Java 21 there is a console only on a terminal; since 22 the console can tell. */
  @SuppressWarnings("SystemConsoleNull")
  static boolean isTerminal() {
    if (System.console() == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(System.console());
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }
}
