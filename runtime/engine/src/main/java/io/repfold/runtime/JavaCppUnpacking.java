package io.repfold.runtime;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;

/**
 * What JavaCPP unpacks from jars before it loads the libraries of some bindings, which it does
 * without a word: of CUDA and TensorRT, 3 GB in a minute.
 *
 * @param bytes of all libraries that are not in the folder yet
 * @param folder where they are kept
 */
public record JavaCppUnpacking(long bytes, Path folder) {
  private static final long WORTH_A_LINE = 100_000_000;
  private static final double GIGABYTE = 1e9;

  /**
   * Looks what is missing.
   *
   * @param bindings not initialized by this
   * @param wanted which libraries will be loaded, by names such as {@code nvinfer@.10}
   * @return empty if nothing is packed, or all of it is unpacked already
   */
  public static Optional<JavaCppUnpacking> of(
      List<? extends Class<?>> bindings, Predicate<String> wanted) {
    try {
      JavaCppLoader loader = JavaCppLoader.find();
      Path folder = loader.cache();
      Set<Path> missing = new HashSet<>();
      long bytes = 0;
      for (Class<?> binding : bindings) {
        for (String library : loader.libraries(binding, JavaCppLoader.ALL)) {
          List<URL> places =
              wanted.test(library) ? loader.places(binding, library) : List.<URL>of();
          if (!places.isEmpty()
              && places.get(0).openConnection() instanceof JarURLConnection packed
              && packed.getJarEntry() != null) {
            Path file = unpacked(folder, packed);
            if (!isThere(file, packed.getJarEntry()) && missing.add(file)) {
              bytes += packed.getJarEntry().getSize();
            }
          }
        }
      }
      return bytes == 0 ? Optional.empty() : Optional.of(new JavaCppUnpacking(bytes, folder));
    } catch (ReflectiveOperationException | LinkageError | IOException e) {
      // Loading fails in the same way and says more.
      return Optional.empty();
    }
  }

  /** Says to {@link Notices} what will be unpacked, if that takes a while. */
  public static void announce(List<? extends Class<?>> bindings, Predicate<String> wanted) {
    of(bindings, wanted).filter(it -> it.bytes() >= WORTH_A_LINE).ifPresent(it -> it.say());
  }

  private void say() {
    Notices.say(line());
  }

  /** In one line. */
  String line() {
    return String.format(
        Locale.ROOT,
        "unpacking %.1f GB of native libraries into %s, which takes up to a minute and is done once",
        bytes / GIGABYTE,
        folder);
  }

  private static Path unpacked(Path folder, JarURLConnection packed) throws IOException {
    Path jar = Path.of(packed.getJarFile().getName());
    return folder.resolve(String.valueOf(jar.getFileName())).resolve(packed.getEntryName());
  }

  /** As JavaCPP decides whether to unpack it again. */
  private static boolean isThere(Path file, JarEntry entry) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == entry.getSize()
        && Files.getLastModifiedTime(file).toMillis() == entry.getTime();
  }
}
