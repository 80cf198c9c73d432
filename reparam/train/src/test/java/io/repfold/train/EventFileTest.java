package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

class EventFileTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);

  @TempDir Path folder;

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int start = bytes.position();
      byte[] data = new byte[(int) bytes.getLong()];
      bytes.getInt();
      bytes.get(data).getInt();
      byte[] record = new byte[bytes.position() - start];
      bytes.get(start, record);
      assertThat(record).isEqualTo(TfRecord.of(data).array());
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  /** The records that TensorBoard's own RecordWriter (2.21) makes of these bytes. */
  @Test
  void records_are_framed_as_tensorboard_frames_them() {
    assertThat(HexFormat.of().formatHex(TfRecord.of(new byte[0]).array()))
        .isEqualTo("000000000000000029039807d8ea82a2");
    assertThat(
            HexFormat.of()
                .formatHex(TfRecord.of("repfold".getBytes(StandardCharsets.US_ASCII)).array()))
        .isEqualTo("0700000000000000bbd79f11726570666f6c64caaf40d6");
  }

  @Test
  void numbers_and_images_are_events() throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(2, 1, 0x204060);
    Path path;
    try (EventFile file = EventFile.create(folder.resolve("logs"), 40, CLOCK)) {
      file.scalar("train/loss", 41, 0.1);
      file.image("val/images", 42, image);
      path = file.path();
      assertThat(read(path)).hasSize(4);
    }
    List<Event> events = read(path);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getStep()).isEqualTo(40);
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(events).allSatisfy(e -> assertThat(e.getWallTime()).isEqualTo(1_700_000_000.25));

    Summary.Value loss = events.get(2).getSummary().getValue(0);
    assertThat(events.get(2).getStep()).isEqualTo(41);
    assertThat(loss.getTag()).isEqualTo("train/loss");
    assertThat(loss.getSimpleValue()).isEqualTo(0.1f);

    Summary.Image written = events.get(3).getSummary().getValue(0).getImage();
    assertThat(List.of(written.getHeight(), written.getWidth(), written.getColorspace()))
        .containsExactly(2, 3, 3);
    BufferedImage decoded =
        ImageIO.read(new ByteArrayInputStream(written.getEncodedImageString().toByteArray()));
    assertThat(decoded.getRGB(2, 1) & 0xffffff).isEqualTo(0x204060);
  }

  @Test
  void a_run_that_goes_on_writes_another_file_that_is_read_later() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (EventFile file = EventFile.create(folder, i, CLOCK)) {
        paths.add(file.path());
      }
    }
    assertThat(paths).isSorted().doesNotHaveDuplicates();
    assertThat(paths).allSatisfy(p -> assertThat(p.getFileName().toString()).contains("tfevents"));
  }
}
