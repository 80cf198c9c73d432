package io.repfold.train;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the figures of a run into a table and for TensorBoard. Steps are updates that are done.
 */
final class RunLog implements AutoCloseable {
  private static final String EPOCH = "epoch";
  private static final String LOSS = "loss";
  private static final String RATE = "learning_rate";
  private static final String TRAIN_LOSS = "train_loss";

  private final MetricsCsv table;
  private final Optional<EventFile> events;
  private final List<String> classNames;

  /**
   * @param events folder of event files, if they are wanted
   * @param done updates that are done; what was written of later ones is dropped
   */
  RunLog(Path table, Optional<Path> events, List<String> classNames, long done) {
    this.classNames = columns(classNames);
    List<String> columns =
        new ArrayList<>(
            List.of(
                EPOCH,
                LOSS,
                RATE,
                TRAIN_LOSS,
                Monitor.VAL_LOSS,
                Monitor.MEAN_IOU,
                Monitor.PIXEL_ACCURACY));
    columns.addAll(this.classNames);
    this.table = MetricsCsv.open(table, columns, done + 1);
    this.events = events.map(folder -> EventFile.create(folder, done + 1));
  }

  /** Names that are different and fit for a column. */
  private static List<String> columns(List<String> names) {
    List<String> columns = new ArrayList<>();
    for (String name : names) {
      String column = "IoU " + name.replaceAll("[,\"\\r\\n]", " ");
      columns.add(columns.contains(column) ? column + " " + columns.size() : column);
    }
    return columns;
  }

  void step(long step, int epoch, double loss, double rate, List<ParameterGroup> groups) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put(EPOCH, epoch);
    figures.put(LOSS, loss);
    figures.put(RATE, rate);
    table.write(step, figures);
    events.ifPresent(
        file -> {
          file.scalar("train/loss", step, loss);
          for (ParameterGroup group : groups) {
            file.scalar("train/learning_rate_" + group.name(), step, rate * group.rateFactor());
          }
        });
  }

  /** The end of an epoch; figures of the validation are there if there was one. */
  void epoch(long step, int epoch, double loss, Optional<Metrics> validation) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put(EPOCH, epoch);
    figures.put(TRAIN_LOSS, loss);
    validation.ifPresent(metrics -> figures.putAll(figures(metrics)));
    table.write(step, figures);
    events.ifPresent(
        file -> {
          file.scalar("train/epoch_loss", step, loss);
          validation.ifPresent(metrics -> write(file, step, metrics));
        });
  }

  private Map<String, Double> figures(Metrics metrics) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(Monitor.VAL_LOSS, metrics.loss());
    figures.put(Monitor.MEAN_IOU, metrics.meanIou());
    figures.put(Monitor.PIXEL_ACCURACY, metrics.pixelAccuracy());
    double[] iou = metrics.iou();
    for (int i = 0; i < iou.length; i++) {
      if (!Double.isNaN(iou[i])) {
        figures.put(classNames.get(i), iou[i]);
      }
    }
    return figures;
  }

  private void write(EventFile file, long step, Metrics metrics) {
    figures(metrics)
        .forEach(
            (name, value) -> {
              String tag = name.equals(Monitor.VAL_LOSS) ? LOSS : name.replace("IoU ", "IoU/");
              file.scalar("val/" + tag, step, value);
            });
  }

  /** A picture of a validation, if there is a place for it. */
  void image(String tag, long step, BufferedImage image) {
    events.ifPresent(file -> file.image(tag, step, image));
  }

  boolean takesImages() {
    return events.isPresent();
  }

  @Override
  public void close() {
    table.close();
    events.ifPresent(EventFile::close);
  }
}
