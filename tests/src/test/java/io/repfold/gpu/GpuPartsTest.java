package io.repfold.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.gpu.GpuScript.Call;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a pack is cut into parts, and what is made of them where they arrive one by one. */
class GpuPartsTest {
  /** Of a library: three parts of a MiB, as nothing makes it smaller. */
  private static final int SIZE = 5 << 19;

  @TempDir private Path folder;

  private GpuScript script;
  private byte[] library;

  @BeforeEach
  void a_pack_of_two_libraries() throws Exception {
    for (String program : List.of("bash", "xz", "tar", "split", "sha256sum")) {
      assumeTrue(isOnPath(program), "there is no " + program);
    }
    script = new GpuScript(folder);
    library = new byte[SIZE];
    new Random(3).nextBytes(library);
    Files.createDirectories(folder.resolve("root/lib"));
    Files.createDirectories(folder.resolve("rest/lib"));
    Files.createDirectories(folder.resolve("pack"));
    Files.write(folder.resolve("root/lib/libnvone.so"), library);
    Files.writeString(folder.resolve("root/lib/libnvtwo.so"), "odd");
    script.fake("root/jre/bin/java", GpuScript.ASKED);
    // The trimmer, which does not understand the second.
    script.fake(
        "bin/java",
        GpuScript.ASKED
            + """
            case "$*" in
              *libnvtwo*) echo "two is not understood" >&2 && exit 1 ;;
              *) echo "one was trimmed" && echo kernels >"${@: -1}" ;;
            esac
            """);
    Call call = script.run("parts", "root", "rest", "pack", "1");
    assertThat(call.code()).as(call.output()).isZero();
    assertThat(call.output())
        .contains("one was trimmed", "libnvtwo.so stays whole: two is not understood")
        .contains("3 parts, and 1 for the case that the smoke test fails");
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }

  @Test
  void the_trimmer_is_asked_for_the_kernels_of_a_hopper() throws IOException {
    assertThat(script.asked())
        .filteredOn(line -> line.contains("libnvone.so"))
        .singleElement()
        .asString()
        .contains("GpuKernels trim root/lib/libnvone.so 90 rest/lib/libnvone.so.rest");
  }

  @Test
  void a_part_that_arrived_is_moved_away_and_the_missing_ones_are_named() throws Exception {
    Call second = receive("base.01");

    assertThat(second.code()).as(second.output()).isZero();
    assertThat(second.output())
        .contains("base.01 is there", "missing: base.00 base.02", "missing: rest.00");
    assertThat(folder.resolve("carried/base.01")).doesNotExist();

    Call early = script.run("unpack", "native");

    assertThat(early.code()).as(early.output()).isEqualTo(1);
    assertThat(early.output()).contains("missing: base.00 base.02");
    assertThat(folder.resolve("native/lib")).doesNotExist();

    receive("base.00");
    assertThat(receive("base.02").output()).doesNotContain("missing: base");
    Call call = script.run("unpack", "native");

    assertThat(call.code()).as(call.output()).isZero();
    assertThat(folder.resolve("native/lib/libnvone.so")).hasBinaryContent(library);
    assertThat(folder.resolve("native/trimmed.txt")).content().contains("one was trimmed");
    assertThat(script.asked()).last().isEqualTo("-version");
  }

  @Test
  void a_part_that_is_damaged_must_be_sent_again() throws Exception {
    Path part = folder.resolve("pack/base.02");
    byte[] good = Files.readAllBytes(part);
    byte[] bad = good.clone();
    bad[100]++;
    Files.write(part, bad);

    Call call = receive("base.02");

    assertThat(call.code()).as(call.output()).isEqualTo(1);
    assertThat(call.output()).contains("base.02 is damaged: send it again");

    Files.write(part, good);

    assertThat(receive("base.02").code()).isZero();
  }

  @Test
  void what_was_left_out_is_put_back_and_what_failed_is_tried_again() throws Exception {
    for (String part : List.of("base.00", "base.01", "base.02")) {
      receive(part);
    }
    script.run("unpack", "native");
    Files.createDirectories(folder.resolve("work/steps"));
    Files.createDirectories(folder.resolve("work/results"));
    Files.createFile(folder.resolve("work/steps/smoke"));
    Files.createFile(folder.resolve("work/steps/doctor"));
    Files.writeString(folder.resolve("work/results/failed.txt"), "smoke: exit code 1\n");

    assertThat(script.run("unpack", "native", "rest").code()).as("it is missing").isEqualTo(1);
    assertThat(folder.resolve("work/steps/smoke")).exists();

    receive("rest.00");
    Call call = script.run("unpack", "native", "rest");

    assertThat(call.code()).as(call.output()).isZero();
    assertThat(script.asked())
        .filteredOn(line -> line.contains("GpuKernels restore"))
        .singleElement()
        .asString()
        .endsWith(
            "native/lib/libnvone.so %s"
                .formatted(folder.toRealPath().resolve("native/lib/libnvone.so.rest")));
    assertThat(folder.resolve("native/trimmed.txt")).doesNotExist();
    assertThat(folder.resolve("work/steps/smoke")).doesNotExist();
    assertThat(folder.resolve("work/steps/doctor")).exists();
    assertThat(folder.resolve("work/results/failed.txt")).doesNotExist();
  }

  /** As one call carries it: a single part, with the list of all. */
  private Call receive(String part) throws IOException, InterruptedException {
    Path carried = Files.createDirectories(folder.resolve("carried"));
    Files.write(
        carried.resolve("SHA256SUMS"), Files.readAllBytes(folder.resolve("pack/SHA256SUMS")));
    Files.write(carried.resolve(part), Files.readAllBytes(folder.resolve("pack").resolve(part)));
    return script.run("receive", "carried");
  }
}
