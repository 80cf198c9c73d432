package io.repfold.train;

import io.repfold.data.LoaderArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is right by itself in a configuration, but not together. */
final class Contradictions {
  private Contradictions() {}

  /** One sentence each, as problems of a {@link ConfigException}. */
  static List<String> of(TrainConfig config) {
    List<String> found = new ArrayList<>();
    momentum(config).ifPresent(found::add);
    found.addAll(fullMomentum(config));
    plateau(config).ifPresent(found::add);
    quantized(config).ifPresent(found::add);
    newHead(config).ifPresent(found::add);
    return found;
  }

  /** Steps of activations are taken from a trained model. */
  private static Optional<String> quantized(TrainConfig config) {
    return config.learning().quantize().isEmpty() || config.startFrom().isPresent()
        ? Optional.empty()
        : Optional.of(
            "train.quantize: takes a trained ONNX file, and the configuration builds a network; train"
                + " it without, 'repfold export RUN -o model.onnx', and then 'repfold train"
                + " model.onnx --quantize int8 -c CONFIG'");
  }

  /** Only a file has layers that could start anew, and they need real weights. */
  private static Optional<String> newHead(TrainConfig config) {
    if (!config.learning().newHead()) {
      return Optional.empty();
    }
    if (config.startFrom().isEmpty()) {
      return Optional.of(
          "head: there is no start_from whose layers could start anew, and all of a network that"
              + " is built does; leave head out, or name a file");
    }
    return config.learning().quantize().isPresent()
        ? Optional.of(
            "head: weights that start anew cannot be quantized before they are trained; train with"
                + " head first, and its result with train.quantize")
        : Optional.empty();
  }

  /** A momentum that is moved must not be 0 at first: there is no place to keep its sums. */
  private static Optional<String> momentum(TrainConfig config) {
    String type = config.optimizer().type();
    if (!movesMomentum(config)
        || Optimizers.rule(type, config.optimizer().args()).momentum() != 0) {
      return Optional.empty();
    }
    return Optional.of(
        "lr_scheduler.type: %s moves the momentum, and that of %s is 0; set %s, or lr_scheduler.args.cycle_momentum to false"
            .formatted(
                config.schedule().type(),
                type,
                type.equals("SGD")
                    ? "optimizer.args.momentum"
                    : "the first of optimizer.args.betas above 0"));
  }

  /** Adam divides by one minus a power of its first beta. */
  private static List<String> fullMomentum(TrainConfig config) {
    if (!movesMomentum(config) || config.optimizer().type().equals("SGD")) {
      return List.of();
    }
    return List.of("max_momentum", "base_momentum").stream()
        .filter(
            key -> config.schedule().args().get(key) instanceof Number n && n.doubleValue() == 1)
        .map(
            key ->
                "lr_scheduler.args.%s: must be below 1 with %s, whose first beta it is; found 1"
                    .formatted(key, config.optimizer().type()))
        .toList();
  }

  private static boolean movesMomentum(TrainConfig config) {
    Schedule.Run run = new Schedule.Run(1, 1, config.optimizer().rate(), true);
    return Schedule.of(config.schedule().type(), config.schedule().args(), run)
        .momentum(0)
        .isPresent();
  }

  /** A plateau needs a figure of each validation. */
  private static Optional<String> plateau(TrainConfig config) {
    if (!config.schedule().type().equals("Plateau")) {
      return Optional.empty();
    }
    String beginning =
        "lr_scheduler.type: Plateau lowers the rate by the figure of trainer.monitor";
    if (config.loop().monitor().goal() == Monitor.Goal.OFF) {
      return Optional.of(
          beginning
              + ", which is 'off'; name a figure, such as 'max Mean_IoU', or take another schedule");
    }
    if (!config.loop().validate()) {
      return Optional.of(
          beginning
              + ", and trainer.val is false, so there is none; set it to true, or take another"
              + " schedule");
    }
    if (config.validation().isEmpty()
        && LoaderArguments.parse(config.training().args()).valSplit() == 0) {
      return Optional.of(
          beginning
              + ", and there are no data to validate on; name a val_loader, set"
              + " train_loader.args.val_split, or take another schedule");
    }
    return Optional.empty();
  }
}
