package io.repfold.train;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import javax.imageio.ImageIO;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * A file of TensorBoard events: scalars and images by tag and step. A run that goes on writes
 * another file into the same folder.
 *
 * <p>Each event is a record of TensorFlow's {@code record_writer} that holds an {@code Event}
 * message (tensorflow/core/util/event.proto).
 */
final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";

  private final FileChannel channel;
  private final Path path;
  private final Clock clock;

  private EventFile(FileChannel channel, Path path, Clock clock) {
    this.channel = channel;
    this.path = path;
    this.clock = clock;
  }

  /**
   * A new file in a folder, which is made if it is not there.
   *
   * @param firstStep TensorBoard forgets what earlier files of the folder hold from this step on
   * @throws UncheckedIOException if it cannot be written
   */
  static EventFile create(Path folder, long firstStep) {
    return create(folder, firstStep, Clock.systemUTC());
  }

  static EventFile create(Path folder, long firstStep, Clock clock) {
    try {
      Files.createDirectories(folder);
      EventFile file = open(folder, clock);
      file.write(Event.newBuilder().setFileVersion(VERSION));
      file.write(
          Event.newBuilder()
              .setStep(firstStep)
              .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(
          folder + ": cannot write TensorBoard events here: " + e.getMessage(), e);
    }
  }

  /** The first file of this second that is not there; they are read in the order of their names. */
  private static EventFile open(Path folder, Clock clock) throws IOException {
    long second = clock.instant().getEpochSecond();
    int i = 0;
    Path path;
    do {
      path = folder.resolve("events.out.tfevents.%010d.repfold.%03d".formatted(second, i++));
    } while (Files.exists(path));
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new EventFile(channel, path, clock);
  }

  Path path() {
    return path;
  }

  /** Writes a number. */
  void scalar(String tag, long step, double value) {
    value(step, Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value));
  }

  /** Writes an image, as PNG. */
  void image(String tag, long step, BufferedImage image) {
    Summary.Image.Builder encoded =
        Summary.Image.newBuilder()
            .setHeight(image.getHeight())
            .setWidth(image.getWidth())
            .setColorspace(image.getColorModel().getNumComponents())
            .setEncodedImageString(png(image));
    value(step, Summary.Value.newBuilder().setTag(tag).setImage(encoded));
  }

  private static ByteString png(BufferedImage image) {
    ByteString.Output bytes = ByteString.newOutput();
    try {
      if (!ImageIO.write(image, "png", bytes)) {
        throw new IllegalArgumentException("This image cannot be written as PNG: " + image);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("An image cannot be written as PNG", e);
    }
    return bytes.toByteString();
  }

  private void value(long step, Summary.Value.Builder value) {
    try {
      write(Event.newBuilder().setStep(step).setSummary(Summary.newBuilder().addValue(value)));
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Appends one event in one piece. */
  private void write(Event.Builder event) throws IOException {
    double seconds = clock.instant().toEpochMilli() / 1e3;
    ByteBuffer record = TfRecord.of(event.setWallTime(seconds).build().toByteArray());
    while (record.hasRemaining()) {
      channel.write(record);
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
