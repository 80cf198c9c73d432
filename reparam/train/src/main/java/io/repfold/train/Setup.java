package io.repfold.train;

import io.repfold.data.Batch;
import io.repfold.data.Dataset;
import io.repfold.data.Datasets;
import io.repfold.data.LabelCounts;
import io.repfold.data.Loader;
import io.repfold.onnx.OnnxModel;
import io.repfold.train.Monitor.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** All parts of a run, checked and made before its first step. */
final class Setup implements AutoCloseable {
  private final TrainConfig config;
  private final TrainingData training;
  private final Optional<TrainingData> validation;
  private final NetworkSource source;
  private final Loss loss;
  private final Loader loader;
  private final Optional<Loader> validationLoader;
  private final LearningNetwork network;
  private final List<ParameterGroup> groups;
  private final Optimizer optimizer;
  private final Schedule schedule;

  /**
   * @param saved the weights of a run that goes on
   * @param instead what a new run reads in the place of the file that it starts from
   * @throws ConfigException with all that stands in the way
   */
  Setup(
      TrainConfig config,
      Optional<OnnxModel> saved,
      Optional<OnnxModel> instead,
      TrainingListener listener) {
    this.config = config;
    Problems problems = new Problems();
    Optional<TrainingData> train =
        problems.attempt("train_loader", () -> TrainingData.training(config));
    Optional<Optional<TrainingData>> val =
        problems.attempt("val_loader", () -> TrainingData.validation(config));
    if (config.loop().checkData() && saved.isEmpty()) {
      train.ifPresent(data -> check("train_loader", data, problems, listener));
      val.flatMap(v -> v).ifPresent(data -> check("val_loader", data, problems, listener));
    }
    String place = config.startFrom().isPresent() ? "start_from" : "arch";
    Optional<NetworkSource> network =
        train.flatMap(
            data ->
                problems.attempt(place, () -> source(saved, instead, data.dataset().classes())));
    if (config.startFrom().isEmpty() && saved.isEmpty()) {
      network
          .flatMap(n -> singleImages(n, train.orElseThrow()))
          .ifPresent(problem -> problems.add("train_loader", problem));
    }
    Optional<Loss> loss =
        train.flatMap(data -> problems.attempt("loss_args", () -> loss(data.dataset())));
    train.ifPresent(
        data ->
            val.flatMap(v -> v)
                .ifPresent(v -> data.differences(v).forEach(d -> problems.add("val_loader", d))));
    problems.tell(config.source());
    FurtherTraining.unread(config).ifPresent(listener::warning);
    this.training = train.orElseThrow();
    this.validation = val.orElseThrow();
    this.loss = loss.orElseThrow();
    this.loader = made(problems, "train_loader", () -> training.loader(config.seed()));
    this.validationLoader =
        validation.map(data -> made(problems, "val_loader", () -> data.loader(config.seed())));
    this.schedule = made(problems, "lr_scheduler", this::newSchedule);
    boolean fromFile = config.startFrom().isPresent() && saved.isEmpty();
    FirstPass.Passed passed = made(problems, place, () -> passed(network.orElseThrow(), fromFile));
    this.source = passed.source();
    this.network = passed.network();
    if (config.startFrom().isPresent()) {
      tell(listener);
    }
    this.groups =
        ParameterGroups.of(
            this.network.trainable(),
            source.traits(),
            config.optimizer().differential(),
            config.optimizer().weightDecay());
    if (config.optimizer().differential() && source.traits().backbonePrefix().isEmpty()) {
      listener.warning(
          "optimizer.differential_lr has no effect: the network names no backbone, so all of it"
              + " learns at one rate");
    }
    this.optimizer =
        made(
            problems,
            "optimizer",
            () -> Optimizer.of(config.optimizer().type(), config.optimizer().args(), groups));
  }

  private Optional<String> singleImages(NetworkSource network, TrainingData data) {
    return SingleImages.problem(
        network, data.arguments().loaderOptions(config.seed()), data.dataset().size());
  }

  private FirstPass.Passed passed(NetworkSource given, boolean fromFile) {
    if (!fromFile) {
      return new FirstPass.Passed(given, new LearningNetwork(given, config.learning()));
    }
    try (Batch batch = firstBatch()) {
      return FirstPass.of(given, config.learning(), batch);
    }
  }

  /** What the file alone does not show of how it is trained. */
  private void tell(TrainingListener listener) {
    source.notes().forEach(listener::message);
    Map<String, List<String>> held = new TreeMap<>();
    network
        .held()
        .forEach((name, why) -> held.computeIfAbsent(why, reason -> new ArrayList<>()).add(name));
    held.forEach((why, names) -> listener.message("Held, %s: %s".formatted(why, list(names))));
    if (!network.others().isEmpty()) {
      listener.message(
          "Learns, and is no kernel, matrix, bias or normalization: " + list(network.others()));
    }
  }

  private static String list(List<String> names) {
    return String.join(", ", names);
  }

  private <T> T made(Problems problems, String place, Supplier<T> maker) {
    Optional<T> made = problems.attempt(place, maker);
    problems.tell(config.source());
    return made.orElseThrow();
  }

  private Schedule newSchedule() {
    long steps = (long) config.loop().epochs() * loader.batches();
    boolean maximize = config.loop().monitor().goal() != Goal.MIN;
    return Schedule.of(
        config.schedule().type(),
        config.schedule().args(),
        new Schedule.Run(steps, loader.batches(), config.optimizer().rate(), maximize));
  }

  private static void check(
      String place, TrainingData data, Problems problems, TrainingListener listener) {
    listener.message("Checking the %,d examples of %s".formatted(data.dataset().size(), place));
    Optional<LabelCounts> counts = problems.attempt(place, () -> Datasets.check(data.dataset()));
    counts.ifPresent(
        c -> {
          List<String> names = data.dataset().classNames();
          List<String> absent =
              IntStream.range(0, c.pixels().length)
                  .filter(i -> c.pixels()[i] == 0)
                  .mapToObj(names::get)
                  .toList();
          if (!absent.isEmpty()) {
            listener.warning(
                "%s: no pixel is labeled %s".formatted(place, String.join(", ", absent)));
          }
          if (c.turned() > 0) {
            listener.warning(
                "%s: %,d of %,d images are turned upright as their EXIF orientation says, their labels are not; see that these fit the upright images"
                    .formatted(place, c.turned(), c.examples()));
          }
        });
  }

  private NetworkSource source(
      Optional<OnnxModel> saved, Optional<OnnxModel> instead, int classes) {
    return saved
        .map(model -> NetworkSource.saved(model, config))
        .orElseGet(() -> NetworkSource.of(config, classes, instead));
  }

  private Loss loss(Dataset data) {
    return Loss.of(
        config.loss(), new LossOptions(data.classes(), data.ignoreIndex(), config.lossArgs()));
  }

  Loader loader() {
    return loader;
  }

  LearningNetwork network() {
    return network;
  }

  NetworkSource source() {
    return source;
  }

  List<ParameterGroup> groups() {
    return groups;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  Schedule schedule() {
    return schedule;
  }

  Dataset data() {
    return training.dataset();
  }

  int validationExamples() {
    return validation.map(data -> data.dataset().size()).orElse(0);
  }

  AuxiliaryLoss trainingLoss() {
    return new AuxiliaryLoss(loss, config.auxiliaryWeight());
  }

  /** Measures the network; empty if there is nothing to measure it on. */
  Optional<Validator> validator(Optional<Pictures> pictures) {
    return validationLoader.map(
        loader ->
            new Validator(
                loader,
                loss,
                validation.orElseThrow().dataset().ignoreIndex(),
                source.traits(),
                pictures));
  }

  /** The first batch of the first epoch; the caller closes it. */
  Batch firstBatch() {
    return training.firstBatch(config.seed());
  }

  Pictures pictures() {
    return new Pictures(training.normalization(), training.dataset().ignoreIndex());
  }

  /** The model as it is now, with what others must know of it. */
  OnnxModel model() {
    return ModelMetadata.add(
        network.model(),
        source.traits(),
        training.normalization(),
        training.dataset().classNames());
  }

  @Override
  public void close() {
    loader.close();
    validationLoader.ifPresent(Loader::close);
    optimizer.close();
    network.close();
  }
}
