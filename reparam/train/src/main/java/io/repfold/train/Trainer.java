package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import io.repfold.nets.Network;
import io.repfold.onnx.OnnxModel;
import io.repfold.train.TrainConfig.Loop;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a network in a run folder. A run that was stopped anywhere goes on as if it had not been:
 * on the CPU, with the same number of threads, it writes the same bytes.
 */
public final class Trainer implements AutoCloseable {
  private static final String OPTIMIZER = "optimizer/";
  private static final String SCHEDULE = "schedule/";

  private final TrainConfig config;
  private final RunFolder folder;
  private final RunFolder.Lock lock;
  private final Setup setup;
  private final TrainingListener listener;
  private Progress progress;
  private TrainingCheck check = TrainingCheck.NONE;

  private Trainer(
      TrainConfig config,
      RunFolder folder,
      RunFolder.Lock lock,
      Setup setup,
      Progress progress,
      TrainingListener listener) {
    this.config = config;
    this.folder = folder;
    this.lock = lock;
    this.setup = setup;
    this.progress = progress;
    this.listener = listener;
  }

  /**
   * What a run came to.
   *
   * @param folder of the run
   * @param epochs that were done
   * @param best the monitored figure at its best; NaN without
   * @param bestEpoch after how many epochs it was that
   * @param early whether it ended because nothing improved
   */
  public record Outcome(Path folder, int epochs, double best, int bestEpoch, boolean early) {}

  /**
   * Makes everything ready for a new run. The folder is made only once all has been checked.
   *
   * @param wanted the run's folder; empty for one that is named after the time
   * @throws ConfigException with all that stands in the way
   * @throws RunException if the folder is not empty
   */
  public static Trainer begin(TrainConfig wish, Optional<Path> wanted, TrainingListener listener) {
    return begin(wish, wanted, Optional.empty(), listener);
  }

  /**
   * The same with a model that was made of the file that the configuration starts from.
   *
   * @param instead is trained in the place of that file, such as its quantized form
   */
  public static Trainer begin(
      TrainConfig wish,
      Optional<Path> wanted,
      Optional<OnnxModel> instead,
      TrainingListener listener) {
    TrainConfig config = resolved(wish, listener);
    LearningNetwork.useThreads(config.threads());
    Setup setup = new Setup(config, Optional.empty(), instead, listener);
    try {
      RunFolder folder =
          RunFolder.create(config, wanted, LocalDateTime.now(ZoneId.systemDefault()));
      return new Trainer(config, folder, folder.lock(), setup, Progress.BEGINNING, listener);
    } catch (RuntimeException e) {
      setup.close();
      throw e;
    }
  }

  /**
   * Makes everything ready to go on with a run, from what it saved last, or from its beginning if
   * it was stopped before it saved anything.
   *
   * @throws RunException if what it saved is damaged
   */
  public static Trainer resume(Path run, TrainingListener listener) {
    RunFolder folder = RunFolder.open(run);
    RunFolder.Lock lock = folder.lock();
    try {
      TrainConfig config = folder.config();
      LearningNetwork.useThreads(config.threads());
      if (folder.checkpoints().areMissing()) {
        listener.warning("%s: the run has saved nothing yet, and begins anew".formatted(run));
        folder.clean();
        Setup setup = new Setup(config, Optional.empty(), Optional.empty(), listener);
        return new Trainer(config, folder, lock, setup, Progress.BEGINNING, listener);
      }
      Checkpoints.Pair pair = folder.checkpoints().load();
      folder.clean();
      Setup setup = new Setup(config, Optional.of(pair.model()), Optional.empty(), listener);
      try {
        restore(setup, pair.state().tensors(), run);
      } catch (RuntimeException e) {
        setup.close();
        throw e;
      }
      return new Trainer(config, folder, lock, setup, pair.state().progress(), listener);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static TrainConfig resolved(TrainConfig wish, TrainingListener listener) {
    if (wish.gpus() > 0) {
      listener.warning(
          "n_gpu is %d, and has no effect: this version trains on the CPU".formatted(wish.gpus()));
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return wish.threads() == 0 ? wish.withThreads(cores) : wish;
  }

  private static void restore(Setup setup, Map<String, Tensor> tensors, Path run) {
    try {
      setup.optimizer().restore(part(tensors, OPTIMIZER));
      Map<String, Double> schedule = new LinkedHashMap<>();
      part(tensors, SCHEDULE).forEach((name, tensor) -> schedule.put(name, tensor.doubleAt(0)));
      setup.schedule().restore(schedule);
    } catch (IllegalArgumentException e) {
      throw new RunException(
          e,
          "%s: %s does not fit to the run's configuration: %s",
          run,
          RunFolder.STATE,
          e.getMessage());
    }
  }

  private static Map<String, Tensor> part(Map<String, Tensor> tensors, String prefix) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), tensor);
          }
        });
    return part;
  }

  public Path folder() {
    return folder.path();
  }

  /** Has the network looked at, from now on. */
  public Trainer checkedBy(TrainingCheck look) {
    check = look;
    return this;
  }

  /**
   * Trains until the last epoch is done or nothing improves any more.
   *
   * @throws RunException if the loss is no number; the weights that were saved last are kept
   */
  public Outcome run() {
    Loop loop = config.loop();
    if (progress.stopped() || progress.epoch() >= loop.epochs()) {
      listener.message("%s: the run has ended before".formatted(folder.path()));
      writeIntegers();
      return outcome();
    }
    Optional<Path> events =
        loop.tensorboard() ? Optional.of(folder.events(config)) : Optional.empty();
    announce();
    try (RunLog log =
        new RunLog(folder.metrics(), events, setup.data().classNames(), progress.step())) {
      Optional<Pictures> pictures =
          log.takesImages() ? Optional.of(setup.pictures()) : Optional.empty();
      Optional<Validator> validator = setup.validator(pictures);
      FirstAndLast looks = new FirstAndLast(check, setup.network());
      EpochRunner runner = new EpochRunner(config, setup, log, listener, looks);
      if (progress.step() == 0) {
        save(progress); // a full disk shows here, and a run that is stopped at once can go on
      }
      while (progress.epoch() < loop.epochs() && !progress.stopped()) {
        progress = runner.run(progress, this::save);
        double loss = progress.meanLoss();
        progress = progress.withEpoch();
        Optional<Metrics> metrics = validated(validator);
        metrics.ifPresent(m -> setup.schedule().observe(m.figure(loop.monitor())));
        boolean improved = judge(metrics);
        metrics.ifPresent(m -> tell(m, improved));
        log.epoch(progress.step(), progress.epoch(), loss, metrics);
        pictures.ifPresent(p -> draw(p.drain(), log));
        keep();
        save(progress);
      }
      looks.ended(progress.step());
    }
    writeIntegers();
    return outcome();
  }

  /** The best weights in integers, if the run rounds to them. */
  private void writeIntegers() {
    if (config.learning().quantize().isEmpty() || Files.exists(folder.integers())) {
      return;
    }
    try (Batch batch = setup.firstBatch()) {
      IntegerFile.write(config, folder, check, batch, progress.step());
    }
    listener.message("Wrote " + folder.integers());
  }

  private Outcome outcome() {
    return new Outcome(
        folder.path(), progress.epoch(), progress.best(), progress.bestEpoch(), progress.stopped());
  }

  private void announce() {
    listener.started(
        new TrainingListener.Start(
            folder.path(),
            setup.source().traits().architecture(),
            Network.parameters(setup.source().graph()),
            setup.network().trainableNumbers(),
            setup.data().size(),
            setup.validationExamples(),
            config.threads(),
            config.loop().epochs(),
            setup.loader().batches(),
            progress.epoch(),
            progress.batch()));
  }

  /** Keeps the weights if they are the best so far, and stops if nothing improves any more. */
  private boolean judge(Optional<Metrics> metrics) {
    Monitor monitor = config.loop().monitor();
    boolean watches = monitor.goal() != Monitor.Goal.OFF && setup.validationExamples() > 0;
    if (watches && metrics.isEmpty()) {
      return false;
    }
    double figure = metrics.map(m -> m.figure(monitor)).orElse(Double.NaN);
    if (!watches || monitor.improves(figure, progress.best())) {
      progress = progress.withBest(watches ? figure : Double.NaN);
      setup.model().write(folder.best());
      return true;
    }
    int patience = config.loop().earlyStop();
    if (patience > 0 && progress.epoch() - progress.bestEpoch() >= patience) {
      progress = progress.withStop();
    }
    return false;
  }

  private void draw(List<BufferedImage> pictures, RunLog log) {
    for (int i = 0; i < pictures.size(); i++) {
      log.image("val/image_%d".formatted(i), progress.step(), pictures.get(i));
    }
  }

  private Optional<Metrics> validated(Optional<Validator> validator) {
    boolean due =
        progress.epoch() == config.loop().epochs()
            || progress.epoch() % config.loop().validateEvery() == 0;
    return validator.filter(v -> due).map(v -> v.run(setup.network(), listener));
  }

  private void tell(Metrics metrics, boolean improved) {
    listener.validated(
        new TrainingListener.Validated(
            progress.epoch(), metrics, setup.data().classNames(), improved));
  }

  /** Keeps the weights of this epoch, if its turn has come. */
  private void keep() {
    int period = config.loop().savePeriod();
    if (period > 0 && progress.epoch() % period == 0) {
      setup.model().write(folder.kept(progress.epoch()));
    }
  }

  private void save(Progress now) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    setup.optimizer().state().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
    setup
        .schedule()
        .state()
        .forEach(
            (name, value) ->
                tensors.put(
                    SCHEDULE + name, Tensor.ofDoubles(ElementType.DOUBLE, new double[] {value})));
    folder.checkpoints().save(setup.model(), new TrainingState(now, tensors));
  }

  @Override
  public void close() {
    setup.close();
    lock.close();
  }
}
