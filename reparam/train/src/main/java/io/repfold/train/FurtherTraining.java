package io.repfold.train;

import io.repfold.config.NamedArguments;
import io.repfold.graph.Spelling;
import io.repfold.nets.Network;
import io.repfold.nets.NetworkMetadata;
import io.repfold.train.TrainConfig.Typed;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code arch.args} say where a file takes the place of {@code arch.type}. */
final class FurtherTraining {
  private static final String FREEZE_NORMS = "freeze_bn";
  private static final String FREEZE_BACKBONE = "freeze_backbone";
  private static final List<String> READ = List.of(FREEZE_NORMS, FREEZE_BACKBONE);

  private FurtherTraining() {}

  /**
   * Looks at the arguments without the file.
   *
   * @throws IllegalArgumentException if one that is read has no such value, or one that is not may
   *     be meant to be
   */
  static void check(Typed arch) {
    freezing(arch.args());
    for (String key : arch.args().keySet()) {
      boolean ofNetwork = !arch.type().isEmpty() && Spelling.near(key, READ).isEmpty();
      if (!READ.contains(key) && !ofNetwork) {
        throw new IllegalArgumentException(
            "arch.args: there is no '%s' with start_from%s"
                .formatted(key, Spelling.hint(key, READ)));
      }
    }
  }

  static Network.Freezing freezing(Map<String, Object> args) {
    NamedArguments settings = new NamedArguments("arch.args", args);
    return new Network.Freezing(
        settings.flag(FREEZE_NORMS, false), settings.flag(FREEZE_BACKBONE, false));
  }

  /** The arguments of the network that the file stands for, which have no effect. */
  static Optional<String> unread(TrainConfig config) {
    List<String> keys =
        config.startFrom().isEmpty()
            ? List.of()
            : config.architecture().map(Typed::args).orElse(Map.of()).keySet().stream()
                .filter(key -> !READ.contains(key))
                .toList();
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "start_from takes the place of arch: of arch.args, %s %s no effect"
                .formatted(String.join(", ", keys), keys.size() == 1 ? "has" : "have"));
  }

  /**
   * @throws RunException if a backbone is to be frozen, and there is none
   */
  static void requireBackbone(String file, NetworkSource source) {
    NetworkMetadata traits = source.traits();
    if (source.freezing().backbone()
        && source.graph().initializers().keySet().stream().noneMatch(traits::isBackbone)) {
      throw new RunException(
          "%s: names no backbone to freeze, as neither deployed files do nor those that repfold has not written; leave"
              + " arch.args.freeze_backbone out (--set arch.args.freeze_backbone=null)",
          file);
    }
  }

  /**
   * @param anew parameters that start anew
   * @throws RunException if one of them is frozen with the backbone
   */
  static void requireLearning(String file, NetworkSource source, List<String> anew) {
    Optional<String> frozen =
        anew.stream()
            .filter(name -> source.freezing().backbone() && source.traits().isBackbone(name))
            .findFirst();
    if (frozen.isPresent()) {
      throw new RunException(
          "%s: '%s' starts anew, and arch.args.freeze_backbone keeps it from learning; leave that"
              + " out (--set arch.args.freeze_backbone=null)",
          file, frozen.get());
    }
  }
}
