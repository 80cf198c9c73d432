package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries in jars: what is unpacked is announced, once, and what is not needed stays packed. */
class UnpackingTest {
  @TempDir private Path folder;

  @Test
  void what_takes_a_while_is_said_once_and_kernels_stay_packed_until_they_are_asked_for()
      throws Exception {
    Path jar = folder.resolve("packed.jar");
    Path cache = folder.resolve("cache");
    PackedLibraries.write(jar);

    assertThat(lines(jar, cache))
        .containsExactly(
            "notice: unpacking 0.1 GB of native libraries into %s, which takes up to a minute and is done once"
                .formatted(cache.toRealPath()),
            "missing: 120000010",
            "unpacked: [liblarge.so.7]",
            "missing: 10",
            "unpacked: [liblarge.so.7]",
            "asked for: [libkernels.so.1, liblarge.so.7]");
    assertThat(lines(jar, cache)).noneMatch(line -> line.startsWith("notice"));
  }

  private List<String> lines(Path jar, Path cache) throws Exception {
    List<String> command = new ArrayList<>(BuildProcess.java(PackedLibraries.class.getName(), jar));
    int classPath = command.indexOf("-cp") + 1;
    command.set(classPath, jar + File.pathSeparator + command.get(classPath));
    command.add(1, "-Dorg.bytedeco.javacpp.cachedir=" + cache);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    new ChildProcess(command, folder, Duration.ofMinutes(2), ChildProcess.Patience.REAL)
        .run(lines::add);
    return lines.stream().filter(line -> !line.startsWith("Warning")).toList();
  }

  @Test
  void only_the_library_of_kernels_is_left_out() {
    assertThat(BuilderResource.isOne("nvinfer_builder_resource@.10.6.0")).isTrue();
    assertThat(BuilderResource.isOne("nvinfer_builder_resource_ptx@.10.15.1")).isTrue();
    assertThat(BuilderResource.isOne("nvinfer@.10")).isFalse();
  }
}
