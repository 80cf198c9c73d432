package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.files.StagedFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No command puts a file in the place of a pipe, a socket or a device. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no named pipes in folders")
class SpecialFilesTest {
  @TempDir private Path folder;
  private Path model;
  private Path photo;

  @BeforeEach
  void write() throws IOException {
    model = Models.trained(folder);
    photo = folder.resolve("photo.jpg");
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    assertThat(ImageIO.write(image, "jpeg", photo.toFile())).isTrue();
  }

  /** What writes a file, with {@code MODEL}, {@code PHOTO} and {@code FOLDER} to be filled in. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pipe.onnx fold MODEL -o FOLDER/pipe.onnx",
        "pipe.html fold MODEL -o FOLDER/new.onnx --report FOLDER/pipe.html",
        "pipe.json fold MODEL --dry-run --report FOLDER/pipe.json",
        "pipe.onnx expand MODEL --kind dbb -o FOLDER/pipe.onnx",
        "pipe.json expand MODEL --kind dbb -o FOLDER/new.onnx --report FOLDER/pipe.json",
        "pipe.onnx extract MODEL --from x --to scores -o FOLDER/pipe.onnx",
        "pipe.onnx convert MODEL --precision fp16 -o FOLDER/pipe.onnx",
        "pipe.json convert MODEL --precision fp16 -o FOLDER/new.onnx --report FOLDER/pipe.json",
        "pipe.onnx export FOLDER -o FOLDER/pipe.onnx",
        "pipe.plan compile MODEL -o FOLDER/pipe.plan",
        "new.plan.json compile MODEL -o FOLDER/new.plan",
        "pipe compile MODEL -o FOLDER/new.plan --timing-cache FOLDER/pipe",
        "pipe.plan compile --adopt MODEL -o FOLDER/pipe.plan",
        "pipe.json verify MODEL MODEL --json FOLDER/pipe.json",
        "pipe.html verify MODEL MODEL --report FOLDER/pipe.html",
        "pipe.xml verify MODEL MODEL --junit-xml FOLDER/pipe.xml",
        "pipe verify MODEL --record FOLDER/pipe",
        "pipe segment MODEL PHOTO -o FOLDER/pipe",
        "photo.png segment MODEL PHOTO -o FOLDER",
        "photo.overlay.png segment MODEL PHOTO -o FOLDER --overlay",
      })
  void a_pipe_and_a_link_to_one_are_refused_and_stay(String command)
      throws IOException, InterruptedException {
    int end = command.indexOf(' ');
    Path target = folder.resolve(command.substring(0, end));
    List<Object> words =
        Stream.of(command.substring(end + 1).split(" "))
            .<Object>map(
                word ->
                    word.replace("MODEL", model.toString())
                        .replace("PHOTO", photo.toString())
                        .replace("FOLDER", folder.toString()))
            .toList();
    Path pipe = pipe(target);
    refused(words, target);
    assertThat(isSpecial(pipe)).as("still a pipe").isTrue();

    pipe = Files.move(pipe, folder.resolve("elsewhere"));
    Files.createSymbolicLink(target, pipe);
    refused(words, target);
    assertThat(Files.isSymbolicLink(target)).isTrue();
    assertThat(isSpecial(pipe)).as("still a pipe").isTrue();
  }

  private void refused(List<Object> words, Path target) throws IOException {
    List<Path> before = files();

    CliRun run = CliRun.of(words.toArray());

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err())
        .contains(target.toString())
        .containsPattern("; name (a file|one for)|into a folder of their own");
    assertThat(files()).isEqualTo(before);
  }

  /** Only asked, never written: with enough rights a defect would replace the machine's device. */
  @Test
  void a_link_to_a_device_is_refused_and_one_to_a_file_is_not() throws IOException {
    Path device = Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/null"));
    Path file = Files.createSymbolicLink(folder.resolve("link"), model);

    assertThatThrownBy(() -> StagedFile.check(device))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining(device + ": is a device, a pipe or a socket");
    StagedFile.check(file);
  }

  @Test
  void a_link_to_nothing_is_refused_and_stays() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), folder.resolve("gone.onnx"));

    CliRun run = CliRun.of("fold", model, "-o", link);

    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains(link + ": is a link to what does not exist");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(folder.resolve("gone.onnx")).doesNotExist();
  }

  private static Path pipe(Path file) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    return file;
  }

  private static boolean isSpecial(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).isOther();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
