package io.repfold.train;

import java.nio.file.Path;
import java.util.List;

/** Is told how a run goes on. Called by the thread that trains. */
public interface TrainingListener {
  /**
   * What a run begins with.
   *
   * @param folder where it writes
   * @param parameters learnt numbers of the network
   * @param trainable how many of them are trained
   * @param examples of the training set
   * @param validationExamples of the validation set; 0 without
   * @param epochs of the whole run
   * @param batches of an epoch
   * @param doneEpochs whole epochs that were done before, if it goes on
   * @param doneBatches batches of the epoch after those
   */
  record Start(
      Path folder,
      String architecture,
      long parameters,
      long trainable,
      int examples,
      int validationExamples,
      int threads,
      int epochs,
      int batches,
      int doneEpochs,
      int doneBatches) {}

  /**
   * A batch that was learnt.
   *
   * @param epoch counted from 1
   * @param batch of the epoch, counted from 1
   * @param rate the learning rate of the update
   * @param imagesPerSecond over the epoch so far
   */
  record Step(int epoch, int batch, double loss, double rate, double imagesPerSecond) {}

  /**
   * An epoch that was learnt.
   *
   * @param epoch counted from 1
   * @param loss mean over its batches
   * @param seconds of learning, without validation
   * @param waiting share of that time in which the engine waited for data, 0 to 1
   */
  record Epoch(int epoch, double loss, double imagesPerSecond, double seconds, double waiting) {}

  /**
   * A validation.
   *
   * @param epoch counted from 1
   * @param improved whether the monitored figure is better than ever before
   */
  record Validated(int epoch, Metrics metrics, List<String> classNames, boolean improved) {}

  default void message(String text) {}

  default void warning(String text) {}

  default void started(Start start) {}

  default void stepped(Step step) {}

  default void epochEnded(Epoch epoch) {}

  /** A validation has done so many batches of all. */
  default void validating(int batch, int batches) {}

  default void validated(Validated validated) {}
}
