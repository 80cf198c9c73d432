package io.repfold.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The arguments of a loader in a training config.
 *
 * @param dataDir folder of the data set
 * @param split name of the list of examples
 * @param valSplit fraction that is held out of the split, 0 to 1
 * @param numClasses number of classes, if the data set does not say it
 * @param classNames empty if the data set says them or they do not matter
 * @param ignoreIndex label that is not counted; by default 255, or none that occurs where there are
 *     more classes or one label an image
 * @param labelMap label in the file to class; empty: they are the same. What is not listed is
 *     ignored
 * @param cacheBytes memory for decoded examples
 * @param batchSize examples of a batch
 * @param shuffle whether each epoch has an order of its own
 * @param dropLast whether a last batch of fewer examples is left out
 * @param threads that decode and augment
 * @param prefetch batches that are made ahead
 */
public record LoaderArguments(
    Path dataDir,
    String split,
    double valSplit,
    OptionalInt numClasses,
    List<String> classNames,
    OptionalInt ignoreIndex,
    Map<Integer, Integer> labelMap,
    long cacheBytes,
    Augmentation augmentation,
    Normalization normalization,
    int batchSize,
    boolean shuffle,
    boolean dropLast,
    int threads,
    int prefetch) {
  public LoaderArguments {
    classNames = List.copyOf(classNames);
    labelMap = Map.copyOf(labelMap);
  }

  /**
   * Reads the arguments as they stand in a config.
   *
   * @param arguments what a JSON object holds: numbers, strings, booleans, lists, maps
   * @throws DataException that names the argument: unknown, missing, of another type, out of range
   */
  public static LoaderArguments parse(Map<String, ?> arguments) {
    return ArgumentParser.parse(arguments);
  }

  /** How batches are made, with {@code seed} for their order and augmentation. */
  public LoaderOptions loaderOptions(long seed) {
    return new LoaderOptions(batchSize, threads, prefetch, shuffle, dropLast, seed);
  }

  /**
   * The same data for a validation: short side to crop size and center crop instead of
   * augmentation, in the order of the list, to its end.
   */
  public LoaderArguments forValidation() {
    return new LoaderArguments(
        dataDir,
        split,
        valSplit,
        numClasses,
        classNames,
        ignoreIndex,
        labelMap,
        cacheBytes,
        augmentation.at(Augmentation.Stage.VALIDATION),
        normalization,
        batchSize,
        false,
        false,
        threads,
        prefetch);
  }
}
