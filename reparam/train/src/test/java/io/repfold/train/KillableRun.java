package io.repfold.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Trains in a process of its own, which can be killed. Arguments: {@code begin FOLDER RUN
 * overrides...} or {@code resume RUN}.
 */
public final class KillableRun {
  private KillableRun() {}

  public static void main(String[] arguments) {
    boolean begins = arguments[0].equals("begin");
    try (Trainer trainer = begins ? begin(arguments) : resume(arguments[1])) {
      trainer.run();
    }
  }

  private static Trainer begin(String[] arguments) {
    String[] overrides = Arrays.copyOfRange(arguments, 3, arguments.length);
    TrainConfig config = TinyRun.config(Path.of(arguments[1]), overrides);
    return Trainer.begin(config, Optional.of(Path.of(arguments[2])), new Steps());
  }

  private static Trainer resume(String run) {
    return Trainer.resume(Path.of(run), new Steps());
  }

  /** Says each step, so that whoever reads it can kill the process after any of them. */
  private static final class Steps implements TrainingListener {
    @Override
    public void stepped(Step step) {
      System.out.println("%d.%d".formatted(step.epoch(), step.batch()));
    }
  }
}
