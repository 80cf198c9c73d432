package io.repfold.train;

/**
 * How far a run has come. All counts are of work that is done.
 *
 * @param epoch whole epochs
 * @param batch batches of the epoch after those
 * @param step updates of the parameters since the beginning
 * @param lossSum sum of the losses of those batches
 * @param best the monitored figure at its best; NaN before the first
 * @param bestEpoch the number of epochs after which it was that
 * @param stopped whether the run ended early, because nothing improved
 */
record Progress(
    int epoch, int batch, long step, double lossSum, double best, int bestEpoch, boolean stopped) {
  static final Progress BEGINNING = new Progress(0, 0, 0, 0, Double.NaN, 0, false);

  Progress {
    if (epoch < 0 || batch < 0 || step < 0 || bestEpoch < 0) {
      throw new IllegalArgumentException("Counts cannot be negative");
    }
  }

  /** After one more batch. */
  Progress withBatch(double loss) {
    return new Progress(epoch, batch + 1, step + 1, lossSum + loss, best, bestEpoch, stopped);
  }

  /** After the last batch of the epoch. */
  Progress withEpoch() {
    return new Progress(epoch + 1, 0, step, 0, best, bestEpoch, stopped);
  }

  Progress withBest(double figure) {
    return new Progress(epoch, batch, step, lossSum, figure, epoch, stopped);
  }

  Progress withStop() {
    return new Progress(epoch, batch, step, lossSum, best, bestEpoch, true);
  }

  /** Mean loss of the batches since the last whole epoch. */
  double meanLoss() {
    return lossSum / batch;
  }
}
