package io.repfold.train;

/**
 * The figures of a validation.
 *
 * @param loss mean over the batches; NaN if it was not computed
 * @param meanIou over the classes that occur, 0 to 1
 * @param pixelAccuracy share of the pixels that count, 0 to 1
 * @param iou by class; NaN for a class that does not occur
 * @param images how many were looked at
 */
public record Metrics(double loss, double meanIou, double pixelAccuracy, double[] iou, int images) {
  public Metrics {
    iou = iou.clone();
  }

  @Override
  public double[] iou() {
    return iou.clone();
  }

  double figure(Monitor monitor) {
    return switch (monitor.metric()) {
      case Monitor.MEAN_IOU -> meanIou;
      case Monitor.PIXEL_ACCURACY -> pixelAccuracy;
      case Monitor.VAL_LOSS -> loss;
      default -> Double.NaN;
    };
  }
}
