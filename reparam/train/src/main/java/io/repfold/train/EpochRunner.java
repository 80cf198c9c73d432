package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Loader;
import java.util.Iterator;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Learns an epoch, or the rest of one. */
final class EpochRunner {
  private final TrainConfig config;
  private final Setup setup;
  private final AuxiliaryLoss loss;
  private final RunLog log;
  private final TrainingListener listener;
  private final FirstAndLast check;

  EpochRunner(
      TrainConfig config, Setup setup, RunLog log, TrainingListener listener, FirstAndLast check) {
    this.config = config;
    this.setup = setup;
    this.loss = setup.trainingLoss();
    this.log = log;
    this.listener = listener;
    this.check = check;
  }

  /**
   * Learns what is left of the epoch that is in progress.
   *
   * @param save is called within the epoch, as often as the configuration says
   * @return the progress after its last batch
   * @throws RunException if the loss is no number
   */
  Progress run(Progress from, Consumer<Progress> save) {
    Loader loader = setup.loader();
    int every = config.loop().savePerIter();
    Progress progress = from;
    int images = 0;
    long begin = System.nanoTime();
    long waited = loader.waitNanos();
    Iterator<Batch> rest = loader.epoch(from.epoch(), from.batch());
    while (rest.hasNext()) {
      double rate = rate(progress.step());
      float value;
      try (Batch batch = rest.next()) {
        value = learn(batch, progress, rate);
        check.learnt(batch, progress.step() + 1);
        images += batch.n();
      }
      progress = progress.withBatch(value);
      double speed = images / seconds(begin);
      tell(progress, value, rate, speed);
      if (every > 0 && progress.step() % every == 0 && progress.batch() < loader.batches()) {
        save.accept(progress);
      }
    }
    double seconds = seconds(begin);
    double waiting = (loader.waitNanos() - waited) / 1e9 / seconds;
    listener.epochEnded(
        new TrainingListener.Epoch(
            from.epoch() + 1, progress.meanLoss(), images / seconds, seconds, waiting));
    return progress;
  }

  private double rate(long step) {
    return config.optimizer().rate() * setup.schedule().rate(step);
  }

  private float learn(Batch batch, Progress progress, double rate) {
    int seed = Seeding.ofStep(config.seed(), progress.step());
    float value = setup.network().learn(batch, loss, seed);
    if (!Float.isFinite(value)) {
      throw new RunException(
          "The loss is %s in epoch %d, batch %d (iteration %d), of %s. The weights that were saved"
              + " last are kept. A lower optimizer.args.lr or a warm-up (lr_scheduler.args,"
              + " warmup_steps) often helps",
          value, progress.epoch() + 1, progress.batch() + 1, progress.step() + 1, batch.ids());
    }
    OptionalDouble momentum = setup.schedule().momentum(progress.step());
    setup.optimizer().step(rate, momentum);
    return value;
  }

  private void tell(Progress progress, double value, double rate, double speed) {
    int epoch = progress.epoch() + 1;
    listener.stepped(new TrainingListener.Step(epoch, progress.batch(), value, rate, speed));
    if (progress.step() % config.loop().logPerIter() == 0) {
      log.step(progress.step(), epoch, value, rate, setup.groups());
    }
  }

  private static double seconds(long begin) {
    return Math.max(1, System.nanoTime() - begin) / 1e9;
  }
}
