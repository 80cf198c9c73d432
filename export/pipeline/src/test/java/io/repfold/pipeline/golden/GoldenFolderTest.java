package io.repfold.pipeline.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.ChannelAxes;
import io.repfold.check.Tolerance;
import io.repfold.numpy.Npz;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.golden.GoldenOutputs.Sample;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenFolderTest {
  private static final GoldenOutputs.Origin ORIGIN =
      new GoldenOutputs.Origin(
          Optional.of(new GoldenOutputs.Model("m.onnx", "ab".repeat(32))),
          "an engine 1.0",
          Optional.of("0.1"),
          Optional.of("2 inputs"),
          false);

  @TempDir private Path parent;

  private Path folder() {
    return parent.resolve("golden");
  }

  private static HostTensor floats(float... values) {
    return HostTensor.ofFloats(values, values.length);
  }

  private static GoldenOutputs golden(Sample... samples) {
    return new GoldenOutputs(
        ORIGIN,
        List.of(samples),
        InputValues.NONE,
        Tolerance.NETWORK,
        Optional.of(ChannelAxes.USUAL),
        OptionalDouble.of(0x1p-24));
  }

  private static Sample sample(String name, float value) {
    return new Sample(
        name,
        Map.of("x", floats(1, 2, value)),
        Map.of("x", floats(value)),
        Map.of("x", floats(value + 1)),
        Map.of());
  }

  private GoldenOutputs written() {
    GoldenOutputs golden = golden(sample("", 3), sample("all zeros", 4));
    golden.write(folder());
    return golden;
  }

  private static void assertSame(Map<String, HostTensor> found, Map<String, HostTensor> expected) {
    assertThat(found.keySet()).hasToString(expected.keySet().toString());
    expected.forEach(
        (name, tensor) -> {
          assertThat(found.get(name)).hasToString(tensor.toString());
          assertThat(found.get(name).bytes()).as(name).isEqualTo(tensor.bytes());
        });
  }

  /** The content of a folder, by the names of its files. */
  private static Map<String, byte[]> content(Path folder) throws IOException {
    Map<String, byte[]> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        content.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return content;
  }

  /** Writes a description and its hash. */
  private void describe(String json) throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("golden.json"), json);
    String hash = Sha256.of(json.getBytes(StandardCharsets.UTF_8));
    Files.writeString(folder().resolve("golden.json.sha256"), hash + "  golden.json\n");
  }

  /** A folder of one sample with these bytes, whose hashes are right. */
  private void seal(byte[] npz) throws IOException {
    describe(
        """
        {"format": "repfold golden outputs 1", "engine": "e", "samples": [{"file": "0.npz", "sha256": "%s"}]}
        """
            .formatted(Sha256.of(npz)));
    Files.write(folder().resolve("0.npz"), npz);
  }

  private static byte[] npz(Map<String, HostTensor> arrays, Path scratch) throws IOException {
    Npz.write(scratch, arrays);
    byte[] bytes = Files.readAllBytes(scratch);
    Files.delete(scratch);
    return bytes;
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(() -> GoldenOutputs.read(folder()))
        .isInstanceOfSatisfying(
            PipelineException.class,
            e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.WORK))
        .hasMessageContaining(folder().toString())
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void every_type_comes_back_bit_by_bit(ElementType type) {
    double[] values =
        type.isFloating()
            ? new double[] {-0.0, 0.5, -3, Double.NaN, 1 / 0.0, -1 / 0.0}
            : new double[] {0, 1, 1, 0, 1, type == ElementType.BOOL ? 1 : 77};
    HostTensor tensor = HostTensor.of(type, values, 2, 3);
    Sample sample =
        new Sample(
            "",
            Map.of("a", tensor, "b", HostTensor.of(type, new double[0], 0, 4)),
            Map.of("a", tensor),
            type.isFloating() ? Map.of("a", tensor) : Map.of(),
            Map.of());

    golden(sample).write(folder());
    Sample found = GoldenOutputs.read(folder()).samples().get(0);

    assertSame(new TreeMap<>(found.inputs()), new TreeMap<>(sample.inputs()));
    assertSame(found.outputs(), sample.outputs());
    assertSame(found.again(), sample.again());
  }

  @Test
  void large_integers_and_scalars_come_back() {
    HostTensor large =
        HostTensor.ofLongs(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1}, 3);
    Sample sample =
        new Sample(
            "",
            Map.of(),
            Map.of("y", large, "s", HostTensor.ofFloats(new float[] {2})),
            Map.of(),
            Map.of());

    golden(sample).write(folder());

    Sample found = GoldenOutputs.read(folder()).samples().get(0);
    assertSame(new TreeMap<>(found.outputs()), new TreeMap<>(sample.outputs()));
    assertThat(found.inputs()).isEmpty();
  }

  @Test
  void outputs_keep_their_order_and_any_names() {
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    for (String name : List.of("z", "a/b", "../../up", "/etc/passwd", "output/z", "é ü", "m")) {
      outputs.put(name, floats(outputs.size()));
    }
    Sample sample = new Sample("", Map.of("z", floats(1)), outputs, outputs, outputs);

    golden(sample).write(folder());
    Sample found = GoldenOutputs.read(folder()).samples().get(0);

    assertSame(found.outputs(), outputs);
    assertSame(found.again(), outputs);
    assertSame(found.exact(), outputs);
    assertThat(parent.toFile().list()).containsExactly("golden");
  }

  @Test
  void all_that_is_known_comes_back() {
    GoldenOutputs golden =
        new GoldenOutputs(
            new GoldenOutputs.Origin(
                Optional.empty(), "e \"1\"", Optional.empty(), Optional.empty(), true),
            List.of(sample("", 1)),
            new InputValues(Map.of("sr", 16000.0)),
            new Tolerance(1e-3, 0.25).withNoise(7).withAgreement(0.5),
            Optional.of(new ChannelAxes(Map.of("x", -1))),
            OptionalDouble.empty());

    golden.write(folder());
    GoldenOutputs found = GoldenOutputs.read(folder());

    assertThat(found.origin()).isEqualTo(golden.origin());
    assertThat(found.values()).isEqualTo(golden.values());
    assertThat(found.tolerance()).isEqualTo(golden.tolerance());
    assertThat(found.axes()).isEqualTo(golden.axes());
    assertThat(found.unit()).isEqualTo(golden.unit());
    written();
    assertThat(GoldenOutputs.read(folder()).origin()).isEqualTo(ORIGIN);
    assertThat(GoldenOutputs.read(folder()).samples())
        .extracting(Sample::name)
        .containsExactly("", "all zeros");
  }

  @Test
  void the_same_recording_gives_the_same_bytes_and_replaces_the_one_before() throws IOException {
    golden(sample("", 1), sample("", 2), sample("", 9)).write(folder());
    written();
    Map<String, byte[]> first = content(folder());
    written();

    assertThat(first.keySet())
        .containsExactly("0.npz", "1.npz", "golden.json", "golden.json.sha256");
    assertThat(content(folder())).usingRecursiveComparison().isEqualTo(first);
    assertThat(parent.toFile().list()).containsExactly("golden");
  }

  @Test
  void an_empty_folder_is_filled() throws IOException {
    Files.createDirectory(folder());
    written();

    assertThat(GoldenOutputs.read(folder()).samples()).hasSize(2);
  }

  @Test
  void what_was_not_recorded_is_never_removed() throws IOException {
    GoldenOutputs golden = written();
    Files.writeString(folder().resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> golden.write(folder()))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("golden: holds 'notes.txt', which golden outputs do not have");

    Path file = Files.writeString(parent.resolve("file"), "mine");
    assertThatThrownBy(() -> golden.write(file)).hasMessageContaining("is there and no folder");
    assertThatThrownBy(() -> golden.write(parent.resolve("no/golden")))
        .hasMessageContaining("there is no folder");
    Path other = Files.createDirectory(parent.resolve("other"));
    Files.writeString(other.resolve("golden.json"), "{}");
    assertThatThrownBy(() -> golden.write(other)).hasMessageContaining("holds 'golden.json'");
  }

  @Test
  void a_failure_leaves_what_was_there() throws IOException {
    written();
    Map<String, byte[]> before = content(folder());
    Map<String, HostTensor> unwritable = Map.of("n".repeat(70_000), floats(1));
    GoldenOutputs broken =
        golden(sample("", 1), new Sample("", Map.of(), unwritable, Map.of(), Map.of()));

    assertThatThrownBy(() -> broken.write(folder())).isInstanceOf(RuntimeException.class);

    assertThat(content(folder())).usingRecursiveComparison().isEqualTo(before);
    assertThat(parent.toFile().list()).containsExactly("golden");
  }

  @Test
  void each_bit_that_was_changed_is_noticed() throws IOException {
    written();
    Map<String, byte[]> before = content(folder());
    for (Map.Entry<String, byte[]> entry : before.entrySet()) {
      byte[] bytes = entry.getValue();
      Path file = folder().resolve(entry.getKey());
      int step = bytes.length < 100 ? 1 : 37;
      for (int bit = 0; bit < 8 * bytes.length; bit += step) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, changed);
        assertThatThrownBy(() -> GoldenOutputs.read(folder()))
            .as("%s, bit %d", file, bit)
            .isInstanceOf(PipelineException.class)
            .hasMessageContaining(
                entry.getKey().endsWith("sha256") ? "golden.json" : file + ": was changed");
      }
      Files.write(file, bytes);
    }
    assertThat(GoldenOutputs.read(folder()).samples()).hasSize(2);
  }

  @Test
  void a_changed_file_is_named_with_both_hashes() throws IOException {
    written();
    Path file = folder().resolve("1.npz");
    String expected = Sha256.of(file);
    Files.write(file, new byte[] {1, 2, 3});

    assertRefused("1.npz: was changed", "expected " + expected, "found " + Sha256.of(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.npz", "1.npz", "golden.json", "golden.json.sha256"})
  void a_missing_file_is_named_and_so_is_one_that_is_a_link(String name) throws IOException {
    written();
    Path file = folder().resolve(name);
    Path moved = Files.move(file, parent.resolve("moved"));
    assertRefused(name + ": is missing");

    Files.createSymbolicLink(file, moved);
    assertRefused(name + ": is no file but a link or a folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.npz", ".DS_Store", "0.npz.bak"})
  void an_extra_file_is_named(String name) throws IOException {
    written();
    Files.writeString(folder().resolve(name), "extra");

    assertRefused("holds '" + name + "', which golden.json does not list");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../0.npz",
        "/etc/passwd",
        "a/0.npz",
        "a\\\\0.npz",
        "..",
        ".npz",
        "0.npy",
        "C:0.npz",
        "0.npz\\u0000",
        "-rf.npz",
        "golden.json"
      })
  void a_name_that_leads_elsewhere_is_refused(String name) throws IOException {
    describe(
        """
        {"format": "repfold golden outputs 1", "engine": "e", "samples": [{"file": "%s", "sha256": "%s"}]}
        """
            .formatted(name, "0".repeat(64)));

    assertRefused("golden.json: is no part of golden outputs", "is no name for a sample");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | its content must be an object",
        "{} | it has no 'format'",
        "{\"format\": 1} | 'format' must be a text, not 1.0",
        "{\"format\": \"repfold golden outputs 2\"} | expected 'repfold golden outputs 1'",
        "{F} | it has no 'engine'",
        "{F, \"engine\": \"e\"} | it has no samples",
        "{F, \"engine\": \"e\", \"samples\": {}} | 'samples' must be a list",
        "{F, \"engine\": \"e\", \"samples\": [1]} | each of 'samples' must be an object",
        "{F, \"engine\": \"e\", \"samples\": [{\"file\": \"0.npz\"}]} | it has no 'sha256'",
        "{F, \"engine\": \"e\", \"samples\": [{\"file\": \"0.npz\", \"sha256\": \"12\"}]} | is no SHA-256",
        "{F, \"engine\": \"e\", \"samples\": [S, {\"file\": \"A.NPZ\", \"sha256\": H}]} | is no name",
        "{F, \"engine\": \"e\", \"samples\": [S, S]} | '0.npz' is the file of two samples",
        "{F, \"engine\": \"e\", \"sample\": [S]} | 'sample' means nothing here",
        "{F, \"engine\": \"e\", \"samples\": [{\"file\": \"0.npz\", \"sha\": 1}]} | 'sha' means nothing here",
        "{F, \"engine\": \"e\", \"samples\": [S], \"model\": {\"name\": \"m\"}} | 'name' means nothing here",
        "{F, \"engine\": \"e\", \"samples\": [S], \"tolerance\": {\"rel\": 0.5}} | 'rel' means nothing here",
        "{F, \"engine\": \"e\", \"samples\": [S], \"tolerance\": {\"relative\": 0.5}} | would accept a wrong network",
        "{F, \"engine\": \"e\", \"samples\": [S], \"tolerance\": {\"relative\": 1e999}} | a number of double precision",
        "{F, \"engine\": \"e\", \"samples\": [S], \"tolerance\": {\"relative\": null}} | not null",
        "{F, \"engine\": \"e\", \"samples\": [S], \"channels\": {\"y\": 1.5}} | which is none",
        "{F, \"engine\": \"e\", \"samples\": [S], \"unit\": 0.5} | 'unit' is 0.5",
        "{F, \"engine\": \"e\", \"samples\": [S], \"values\": {\"y\": true}} | 'y' must be a number",
        "{F, \"engine\": \"e\", \"samples\": [S], \"optimizerFails\": 1} | true or false",
        "{F, \"engine\": \"e\", \"engine\": \"e\"} | 'engine' is there twice",
        "{F, | it is no JSON at character",
      })
  void a_description_that_is_none_is_refused(String json, String because) throws IOException {
    String hash = "\"" + "0".repeat(64) + "\"";
    describe(
        json.replace("S]", "{\"file\": \"0.npz\", \"sha256\": H}]")
            .replace("[S,", "[{\"file\": \"0.npz\", \"sha256\": H},")
            .replace("F", "\"format\": \"repfold golden outputs 1\"")
            .replace("optimizer\"format\": \"repfold golden outputs 1\"ails", "optimizerFails")
            .replace(" H}", " " + hash + "}"));

    assertRefused("golden.json: is no part of golden outputs: ", because);
  }

  @Test
  void names_that_no_sample_has_are_refused() throws IOException {
    byte[] npz =
        npz(
            Map.of("output/y", HostTensor.ofFloats(new float[] {1}, 1)),
            parent.resolve("scratch.npz"));
    seal(npz);
    for (String member : List.of("\"channels\": {\"z\": 1}", "\"bfloat16\": [\"output/z\"]")) {
      describe(
          """
          {"format": "repfold golden outputs 1", "engine": "e", %s, "samples": [{"file": "0.npz", "sha256": "%s"}]}
          """
              .formatted(member, Sha256.of(npz)));

      assertRefused("golden.json", "z', which no sample has; known are ");
    }
  }

  @Test
  void what_is_no_text_or_too_long_is_refused() throws IOException {
    describe("");
    byte[] bytes = {(byte) 0xff, (byte) 0xfe};
    Files.write(folder().resolve("golden.json"), bytes);
    Files.writeString(folder().resolve("golden.json.sha256"), Sha256.of(bytes) + "  golden.json\n");
    assertRefused("golden.json: is no text in UTF-8");

    Files.write(folder().resolve("golden.json"), new byte[(1 << 24) + 1]);
    assertRefused("golden.json: is larger than 16,777,216 bytes");
  }

  @Test
  void arrays_that_belong_to_nothing_are_refused() throws IOException {
    HostTensor y = floats(1, 2);
    Path scratch = parent.resolve("scratch.npz");
    seal(npz(Map.of("output/y", y, "../../y", y), scratch));
    assertRefused("0.npz", "holds '../../y', and names of arrays must begin with input/");
    seal(npz(Map.of("input/y", y), scratch));
    assertRefused("0.npz", "nothing to compare with");
    seal(npz(Map.of("output/y", y, "again/z", y), scratch));
    assertRefused("0.npz", "'again/z' is float32[2], and 'output/z' is not there");
    seal(npz(Map.of("output/y", y, "exact/y", floats(1)), scratch));
    assertRefused("0.npz", "'exact/y' is float32[1], and 'output/y' is float32[2]");
    seal(npz(Map.of("output/y", HostTensor.ofLongs(new long[2], 2), "again/y", y), scratch));
    assertRefused("0.npz", "'again/y' is float32[2], and 'output/y' is int64[2]");
  }

  @Test
  void archives_that_hurt_are_refused() throws IOException {
    byte[] good = npz(Map.of("output/y", floats(1, 2)), parent.resolve("scratch.npz"));
    for (int length : new int[] {0, 1, 30, good.length / 2, good.length - 1}) {
      seal(Arrays.copyOf(good, length));
      assertRefused("0.npz");
    }
    seal(zip(Map.of("output/y.npy", header("(1000000000000, 1000000000000)", 8))));
    assertRefused("0.npz", "does not fit into the 2 GiB");
    seal(zip(Map.of("output/y.npy", header("(100000000,)", 8))));
    assertRefused("0.npz", "400000000 bytes, but 8 follow its header");
    seal(zip(Map.of("output/y.npy", header("(2,)", 8), "../../evil.txt", new byte[1])));
    assertRefused("0.npz", "only .npy files belong into a .npz file");
    seal(zip(Map.of("output/y.npy", "no array".getBytes(StandardCharsets.UTF_8))));
    assertRefused("0.npz", "does not start as a .npy file does");
    assertThat(parent.toFile().list()).containsExactly("golden");
  }

  /** 1.1 GB of zeros. */
  @Test
  void a_bomb_is_not_unpacked() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (String name : List.of("output/a.npy", "output/b.npy")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(header("(137500000,)", 0));
        for (int i = 0; i < 525; i++) {
          zip.write(zeros);
        }
      }
    }
    assertThat(bytes.size()).isLessThan(10_000_000);
    seal(bytes.toByteArray());

    assertRefused("0.npz", "unpacks to more than the 1073741824 bytes");
  }

  @Test
  void samples_must_have_the_same_outputs_in_the_same_order() throws IOException {
    Map<String, HostTensor> one = new LinkedHashMap<>();
    one.put("output/a", floats(1));
    one.put("output/b", floats(1));
    Map<String, HostTensor> other = new LinkedHashMap<>();
    other.put("output/b", floats(1));
    other.put("output/a", floats(1));
    byte[] first = npz(one, parent.resolve("scratch.npz"));
    byte[] second = npz(other, parent.resolve("scratch.npz"));
    describe(
        """
        {"format": "repfold golden outputs 1", "engine": "e", "samples": [
          {"file": "0.npz", "sha256": "%s"}, {"file": "1.npz", "sha256": "%s"}]}
        """
            .formatted(Sha256.of(first), Sha256.of(second)));
    Files.write(folder().resolve("0.npz"), first);
    Files.write(folder().resolve("1.npz"), second);

    assertRefused("1.npz", "holds the outputs [b, a], expected [a, b] as in 0.npz");
  }

  @Test
  void float32_that_is_no_bfloat16_is_not_rounded() throws IOException {
    byte[] arrays = npz(Map.of("output/y", floats(1 + 0x1p-8f)), parent.resolve("scratch.npz"));
    seal(arrays);
    describe(
        Files.readString(folder().resolve("golden.json"))
            .replace("\"engine\"", "\"bfloat16\": [\"output/y\"], \"engine\""));

    assertRefused("0.npz", "'output/y' is to hold bfloat16 values as float32, and holds others");
  }

  private static byte[] header(String shape, int bytes) {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }".formatted(shape);
    byte[] file = new byte[10 + dictionary.length() + bytes];
    System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, 0, file, 0, 8);
    file[8] = (byte) dictionary.length();
    System.arraycopy(
        dictionary.getBytes(StandardCharsets.US_ASCII), 0, file, 10, dictionary.length());
    return file;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }
}
