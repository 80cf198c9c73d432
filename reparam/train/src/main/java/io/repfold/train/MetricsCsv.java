package io.repfold.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The figures of a run as a table: a line of column names, then a line a step, each written whole.
 * The first column is the step; an empty cell is a figure that was not taken.
 */
final class MetricsCsv implements AutoCloseable {
  private static final String STEP = "step";

  private final Path path;
  private final List<String> columns;
  private final FileChannel channel;

  private MetricsCsv(Path path, List<String> columns, FileChannel channel) {
    this.path = path;
    this.columns = columns;
    this.channel = channel;
  }

  /**
   * Opens a file to append to; makes one if there is none. Lines from {@code nextStep} on and a
   * line that was cut off are dropped, so that a run that goes on writes the file that it would
   * have written without a stop.
   *
   * @param columns names of the figures, without the step; without commas, quotes and line breaks
   * @throws RunException if the file that is there has other columns, or lines without a step
   * @throws UncheckedIOException if it cannot be read or written
   */
  static MetricsCsv open(Path path, List<String> columns, long nextStep) {
    for (String column : columns) {
      if (column.isEmpty() || column.equals(STEP) || column.matches(".*[,\"\r\n].*")) {
        throw new IllegalArgumentException("'%s' cannot be a column's name".formatted(column));
      }
    }
    String header = STEP + "," + String.join(",", columns) + "\n";
    try {
      long end = Files.exists(path) ? keep(path, header, nextStep) : 0;
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      MetricsCsv csv = new MetricsCsv(path, List.copyOf(columns), channel);
      channel.truncate(end).position(end);
      if (end == 0) {
        csv.append(header);
      }
      return csv;
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be read or written: " + e.getMessage(), e);
    }
  }

  /** How many bytes of the file stay. */
  private static long keep(Path path, String header, long nextStep) throws IOException {
    String text = Files.readString(path);
    int end = text.indexOf('\n') + 1;
    if (end == 0) {
      return 0;
    }
    if (!text.startsWith(header)) {
      throw new RunException(
          "%s: has the columns '%s', expected '%s'; move it away",
          path, text.substring(0, end).strip(), header.strip());
    }
    while (true) {
      int next = text.indexOf('\n', end) + 1;
      if (next == 0 || step(path, text.substring(end, next)) >= nextStep) {
        return text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
      }
      end = next;
    }
  }

  private static long step(Path path, String line) {
    int comma = line.indexOf(',');
    try {
      return Long.parseLong(line.substring(0, Math.max(comma, 0)));
    } catch (NumberFormatException e) {
      throw new RunException(
          e,
          "%s: expected a line that begins with a step, found '%s'; move the file away",
          path,
          line.strip());
    }
  }

  /**
   * Appends a line.
   *
   * @param figures by column; those that were not taken are left out
   * @throws IllegalArgumentException if there is no such column
   */
  void write(long step, Map<String, ? extends Number> figures) {
    var unknown = new TreeSet<>(figures.keySet());
    columns.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: has no columns %s, only %s".formatted(path, unknown, columns));
    }
    List<String> cells = new ArrayList<>();
    cells.add(Long.toString(step));
    for (String column : columns) {
      Number figure = figures.get(column);
      cells.add(figure == null ? "" : figure.toString());
    }
    try {
      append(String.join(",", cells) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be closed", e);
    }
  }
}
