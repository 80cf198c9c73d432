package io.repfold.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything that a training run is told.
 *
 * <p>The file is JSON with comments. Its keys are those of pytorch-segmentation (yassouali,
 * config.json), and beside them {@code seed}, {@code loss_args}, {@code aux_weight}, {@code
 * threads}, {@code start_from}, {@code head}, {@code train}, {@code trainer.save_per_iter} and
 * {@code trainer.check_data}.
 *
 * @param name names the runs' folder
 * @param gpus read for the sake of other programs' files, without effect: training is on the CPU
 * @param syncBatchNorm read as well, without effect
 * @param architecture which network to build; empty, or with an empty type, only if {@code
 *     startFrom} is given
 * @param validation empty for none
 * @param loss name of the loss
 * @param ignoreIndex label of pixels that do not count, where the data set has no other
 * @param seed of weights, shuffling, augmentation and dropout
 * @param auxiliaryWeight weight of the auxiliary output's loss
 * @param threads that the engine computes with; 0 for one a core
 * @param startFrom an ONNX file to train further instead of a new network
 * @param learning what of such a file learns
 * @param source the file that this was read from; messages begin with it
 */
public record TrainConfig(
    String name,
    int gpus,
    boolean syncBatchNorm,
    Optional<Typed> architecture,
    Typed training,
    Optional<Typed> validation,
    OptimizerChoice optimizer,
    String loss,
    Map<String, Object> lossArgs,
    OptionalInt ignoreIndex,
    Typed schedule,
    Loop loop,
    long seed,
    double auxiliaryWeight,
    int threads,
    Optional<Path> startFrom,
    Learning learning,
    String source) {

  /** Something that is chosen by name and told more by named arguments. */
  public record Typed(String type, Map<String, Object> args) {}

  /**
   * What learns, where the graph alone does not tell.
   *
   * @param hold names of tensors that are constants; {@code *} stands for any text
   * @param learn names of tensors that learn although they look like constants
   * @param auxiliaryOutput an output of {@code startFrom} that has a loss as well
   * @param constantWeights whether initializers of {@code startFrom} that are inputs too are its
   *     weights, and no inputs any more
   * @param newHead whether the layers of {@code startFrom} that make the class scores start anew,
   *     for the classes of the data
   * @param quantize what a model is rounded to while it is trained further, {@link #INT8}; empty
   *     for nothing
   */
  public record Learning(
      List<String> hold,
      List<String> learn,
      Optional<String> auxiliaryOutput,
      boolean constantWeights,
      boolean newHead,
      Optional<String> quantize) {
    /** Layers of the class scores that start anew. */
    public static final String NEW = "new";

    /** QuantizeLinear and DequantizeLinear round in the forward pass. */
    public static final String INT8 = "int8";

    /** What the graph tells. */
    public static final Learning DEFAULT =
        new Learning(List.of(), List.of(), Optional.empty(), false, false, Optional.empty());

    public Learning {
      hold = List.copyOf(hold);
      learn = List.copyOf(learn);
    }
  }

  /**
   * How parameters are updated.
   *
   * @param differential whether the backbone learns at a tenth of the rate
   * @param args all but the rate
   */
  public record OptimizerChoice(
      String type, boolean differential, double rate, Map<String, Object> args) {
    double weightDecay() {
      return args.get("weight_decay") instanceof Number decay ? decay.doubleValue() : 0;
    }
  }

  /**
   * How long to train, and what to write when.
   *
   * @param saveDir folder of all runs
   * @param savePeriod epochs between the checkpoints that are kept; 0 for none
   * @param savePerIter iterations between savings of the last state within an epoch; 0 for none
   * @param earlyStop epochs without improvement after which to stop; 0 for never
   * @param tensorboard whether to write event files
   * @param logDir folder of event files; empty for the run's own
   * @param logPerIter iterations between lines
   * @param validate whether to validate
   * @param validateEvery epochs between validations
   * @param checkData whether every file is looked at before the first step
   */
  public record Loop(
      int epochs,
      Path saveDir,
      int savePeriod,
      int savePerIter,
      Monitor monitor,
      int earlyStop,
      boolean tensorboard,
      Optional<Path> logDir,
      int logPerIter,
      boolean validate,
      int validateEvery,
      boolean checkData) {}

  /**
   * Reads a file.
   *
   * @param overrides {@code key.path=value}, in the order in which they apply
   * @throws ConfigException if it is not valid; holds all problems
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static TrainConfig read(Path file, List<String> overrides) {
    return ConfigReader.read(file, overrides);
  }

  /** As JSON, with what the file left out, but for arguments: those are as they were given. */
  public String toJson() {
    return ConfigWriter.text(this);
  }

  /** The same with another number of threads. */
  TrainConfig withThreads(int count) {
    return new TrainConfig(
        name,
        gpus,
        syncBatchNorm,
        architecture,
        training,
        validation,
        optimizer,
        loss,
        lossArgs,
        ignoreIndex,
        schedule,
        loop,
        seed,
        auxiliaryWeight,
        count,
        startFrom,
        learning,
        source);
  }
}
