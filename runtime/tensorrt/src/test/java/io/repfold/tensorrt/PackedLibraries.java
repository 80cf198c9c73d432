package io.repfold.tensorrt;

import io.repfold.runtime.JavaCppPreloads;
import io.repfold.runtime.JavaCppUnpacking;
import io.repfold.runtime.Notices;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.Loader;

/** A process that loads a binding whose libraries lie in a jar; it prints what it sees of that. */
final class PackedLibraries {
  static final int MEGABYTES = 120;

  private static final String FOLDER = "io/repfold/tensorrt/linux-x86_64/";

  private PackedLibraries() {}

  /** Writes a jar with the binding and files in the place of its libraries. */
  static void write(Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file);
        InputStream type = PackedBinding.class.getResourceAsStream("PackedBinding.class")) {
      zip.putNextEntry(new ZipEntry(PackedBinding.class.getName().replace('.', '/') + ".class"));
      type.transferTo(zip);
      zip.putNextEntry(new ZipEntry(FOLDER + "liblarge.so.7"));
      byte[] megabyte = new byte[1_000_000];
      for (int i = 0; i < MEGABYTES; i++) {
        zip.write(megabyte);
      }
      zip.putNextEntry(new ZipEntry(FOLDER + "libkernels.so.1"));
      zip.write("no library".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Takes the jar, which is the first of the class path, so that the binding is in it. */
  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Notices.sendTo(line -> System.out.println("notice: " + line));
    JavaCppPreloads.leaveOut(PackedBinding.class, "kernels");
    load(PackedBinding.class, jar);
    load(PackedBinding.class, jar);
    JavaCppPreloads.load(PackedBinding.class, "kernels");
    System.out.println("asked for: " + unpacked(jar));
  }

  private static void load(Class<?> binding, Path jar) throws IOException {
    JavaCppUnpacking.announce(List.of(binding), library -> !library.startsWith("kernels"));
    long bytes =
        JavaCppUnpacking.of(List.of(binding), library -> true)
            .map(JavaCppUnpacking::bytes)
            .orElse(0L);
    System.out.println("missing: " + bytes);
    try {
      Loader.load(binding);
    } catch (UnsatisfiedLinkError e) {
      // Nothing of it is a library.
    }
    System.out.println("unpacked: " + unpacked(jar));
  }

  private static List<String> unpacked(Path jar) throws IOException {
    Path folder = Loader.getCacheDir().toPath().resolve(jar.getFileName()).resolve(FOLDER);
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
