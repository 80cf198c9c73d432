package io.repfold.train;

import io.repfold.onnx.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a training run: {@code config.json}, {@code last.onnx} with {@code last.state},
 * {@code best.onnx}, {@code checkpoint-epochN.onnx} and {@code metrics.csv}, and of one that rounds
 * to integers {@code int8.onnx}.
 */
public final class RunFolder {
  static final String CONFIG = "config.json";
  static final String LAST = "last.onnx";
  static final String STATE = "last.state";
  static final String BEST = "best.onnx";
  static final String INTEGERS = "int8.onnx";
  static final String METRICS = "metrics.csv";
  private static final String LOCK = ".lock";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MM-dd_HH-mm-ss", Locale.ROOT);

  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /**
   * Makes a folder and writes the configuration into it.
   *
   * @param wanted empty for {@code save_dir/name/MM-dd_HH-mm-ss}
   * @throws RunException if it exists and is not empty
   */
  static RunFolder create(TrainConfig config, Optional<Path> wanted, LocalDateTime now) {
    try {
      Path path = wanted.isPresent() ? empty(wanted.get()) : stamped(config, now);
      byte[] text = config.toJson().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(path.resolve(CONFIG), out -> out.write(text));
      return new RunFolder(path);
    } catch (IOException e) {
      Path place = wanted.orElse(config.loop().saveDir());
      throw new UncheckedIOException(
          "%s: no folder for the run can be made there: %s".formatted(place, e), e);
    }
  }

  private static Path empty(Path path) throws IOException {
    Files.createDirectories(path);
    try (Stream<Path> content = Files.list(path)) {
      if (content.findAny().isPresent()) {
        throw new RunException(
            "%s: is not empty; name another folder, or go on with the run that it holds by"
                + " --resume",
            path);
      }
    }
    return path;
  }

  private static Path stamped(TrainConfig config, LocalDateTime now) throws IOException {
    Path parent = config.loop().saveDir().resolve(config.name());
    Files.createDirectories(parent);
    for (int i = 1; ; i++) {
      Path path = parent.resolve(TIME.format(now) + (i == 1 ? "" : "-" + i));
      try {
        return Files.createDirectory(path);
      } catch (FileAlreadyExistsException e) {
        if (i == 1000) {
          throw e;
        }
      }
    }
  }

  /**
   * A run that exists.
   *
   * @throws RunException if the folder holds none
   */
  public static RunFolder open(Path path) {
    if (Files.isRegularFile(path)) {
      Path parent = Optional.ofNullable(path.getParent()).orElse(Path.of("."));
      throw new RunException(
          "%s: is a file, and a run is a folder; name %s to go on with the run, or begin another"
              + " from a file's weights by 'train %s -c config.json'",
          path, isRun(parent) ? parent : "its folder", path);
    }
    if (!Files.exists(path)) {
      throw new RunException("%s: there is no such folder", path);
    }
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw new RunException("%s: is no folder of a run: there is no %s in it", path, CONFIG);
    }
    return new RunFolder(path);
  }

  /** Whether a path is the folder of a run. */
  public static boolean isRun(Path path) {
    return Files.isDirectory(path) && Files.isRegularFile(path.resolve(CONFIG));
  }

  public Path path() {
    return path;
  }

  /** The file of the configuration that the run was started with. */
  public Path configFile() {
    return path.resolve(CONFIG);
  }

  TrainConfig config() {
    return TrainConfig.read(configFile(), List.of());
  }

  /**
   * The weights with the best figure, or the last ones.
   *
   * @throws RunException if the run has not saved them
   */
  public Path weights(boolean best) {
    Path file = path.resolve(best ? BEST : LAST);
    if (!Files.exists(file)) {
      throw new RunException(
          "%s: there is no such file: the run has saved no such weights yet", file);
    }
    return file;
  }

  Path best() {
    return path.resolve(BEST);
  }

  /** The best weights in integers. */
  Path integers() {
    return path.resolve(INTEGERS);
  }

  Path metrics() {
    return path.resolve(METRICS);
  }

  /** Weights that are kept, after this many epochs. */
  Path kept(int epochs) {
    return path.resolve("checkpoint-epoch%d.onnx".formatted(epochs));
  }

  /** Where event files go. */
  Path events(TrainConfig config) {
    return config
        .loop()
        .logDir()
        .map(
            folder ->
                folder
                    .resolve(config.name())
                    .resolve(path.toAbsolutePath().normalize().getFileName()))
        .orElse(path);
  }

  Checkpoints checkpoints() {
    return new Checkpoints(path);
  }

  /** Files of saves that were cut off are removed. */
  void clean() {
    checkpoints().removeNext();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.filter(RunFolder::isTemporary).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be cleaned: %s".formatted(path, e), e);
    }
  }

  private static boolean isTemporary(Path file) {
    return file.getFileName().toString().matches("\\..*\\.onnx.*\\.tmp|\\..*\\.state.*\\.tmp");
  }

  /**
   * Keeps other processes from training in this folder until it is closed, or this process ends.
   *
   * @throws RunException if one does
   */
  Lock lock() {
    Path file = path.resolve(LOCK);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new Lock(file, channel);
      }
      channel.close();
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new UncheckedIOException("%s: cannot be locked: %s".formatted(file, e), e);
    }
    throw new RunException("%s: is being trained by another process; wait for it or stop it", path);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written.
    }
  }

  /** Held while a run trains. */
  static final class Lock implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private Lock(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    @Override
    public void close() {
      try {
        Files.deleteIfExists(file);
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("%s: cannot be removed: %s".formatted(file, e), e);
      }
    }
  }
}
