package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Nets;
import io.repfold.numpy.Npy;
import io.repfold.numpy.Npz;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --record} and {@code --replay} of {@code verify}. */
class GoldenCommandTest {
  @TempDir private Path folder;
  private Path trained;
  private Path golden;

  @BeforeEach
  void write() {
    trained = Models.trained(folder);
    golden = folder.resolve("golden");
  }

  private void record(Object... more) {
    Object[] arguments = new Object[more.length + 4];
    System.arraycopy(new Object[] {"verify", trained, "--record", golden}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    CliRun run = CliRun.of(arguments);
    assertThat(run.code()).as(run.out() + run.err()).isZero();
  }

  @Test
  void a_fold_holds_beside_what_was_recorded_and_a_wrong_model_does_not() {
    Path folded = folder.resolve("folded.onnx");
    CliRun.of("fold", trained, "-o", folded, "--no-verify");
    CliRun recorded = CliRun.of("verify", trained, "--record", golden, "--samples", 3);
    Path wrong = Models.wrong(folder);

    CliRun good = CliRun.of("verify", "--replay", golden, folded);
    CliRun same = CliRun.of("verify", trained, "--replay", golden);
    CliRun bad = CliRun.of("verify", "--replay", golden, wrong);

    assertThat(recorded.code()).as(recorded.out() + recorded.err()).isZero();
    assertThat(recorded.out())
        .startsWith("Recorded in " + golden + ": ")
        .contains(" samples of trained.onnx in ONNX Runtime CPU ", "3 random inputs", "all zeros");
    assertThat(good.code()).as(good.out() + good.err()).isZero();
    assertThat(good.out())
        .contains(
            "recorded from trained.onnx in ONNX Runtime CPU",
            "the candidate is another file",
            "Verified: ",
            "4 times the noise",
            "recorded samples of " + golden);
    assertThat(same.out()).contains("the candidate is the same file");
    assertThat(bad.code()).as(bad.out() + bad.err()).isEqualTo(3);
    assertThat(bad.out()).contains("NOT the same", "scores", "DIFFERENT");
  }

  @Test
  void a_recording_replaces_the_one_before_and_nothing_else() throws IOException {
    record();
    byte[] first = Files.readAllBytes(golden.resolve("golden.json"));
    record();
    assertThat(Files.readAllBytes(golden.resolve("golden.json"))).isEqualTo(first);

    Files.writeString(golden.resolve("mine.txt"), "mine");
    CliRun refused = CliRun.of("verify", trained, "--record", golden);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("golden: holds 'mine.txt'");
    CliRun replay = CliRun.of("verify", trained, "--replay", golden);
    assertThat(replay.code()).isEqualTo(1);
    assertThat(replay.err()).contains("holds 'mine.txt', which golden.json does not list");
  }

  @Test
  void a_changed_bit_is_refused_before_anything_runs() throws IOException {
    record();
    Path file = golden.resolve("0.npz");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    CliRun run = CliRun.of("verify", trained, "--replay", golden);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("0.npz: was changed after it was recorded", "expected", "found");
  }

  @Test
  void given_inputs_are_recorded() throws IOException {
    Path file = folder.resolve("given.npy");
    HostTensor given = HostTensor.ofFloats(new float[240], 1, 3, 8, 10);
    Npy.write(file, given);

    record("--input", file);

    assertThat(golden.toFile().list())
        .containsExactlyInAnyOrder("0.npz", "golden.json", "golden.json.sha256");
    Map<String, HostTensor> arrays = Npz.read(golden.resolve("0.npz"));
    assertThat(arrays.keySet())
        .containsExactly("input/x", "output/scores", "again/scores", "exact/scores");
    assertThat(arrays.get("input/x").bytes()).isEqualTo(given.bytes());
  }

  @Test
  void a_value_of_an_input_is_recorded_and_fed_to_who_has_the_input() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String scaled = b.conv(b.input("x", 1, 2, 6, 7), 4, Kernel.of(3), 1);
    b.output(scaled);
    Graph graph =
        b.build().toBuilder()
            .replaceOutputs(List.of(Value.float32("y", 1, 4, 6, 7)))
            .input(Value.of("sr", ElementType.INT64, Shape.of()))
            .node(new Op.Cast(ElementType.FLOAT), List.of("sr"), "rate")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of(scaled, "rate"), "y")
            .build();
    trained = Models.write(folder.resolve("speech.onnx"), graph);
    Path folded = folder.resolve("folded.onnx");
    Path other = folder.resolve("other.onnx");
    CliRun.of("fold", trained, "-o", folded, "--input", "sr=16000");
    CliRun.of("fold", trained, "-o", other, "--input", "sr=8000");
    record("--input", "sr=16000");

    for (Path candidate : List.of(trained, folded)) {
      CliRun run = CliRun.of("verify", "--replay", golden, candidate);
      assertThat(run.code()).as(run.out() + run.err()).isZero();
    }
    assertThat(CliRun.of("verify", "--replay", golden, other).code()).isEqualTo(3);
  }

  @Test
  void another_tolerance_can_be_asked_for_and_the_recorded_one_is_the_default() {
    record("--tolerance", "0.01");
    CliRun recorded = CliRun.of("verify", trained, "--replay", golden);
    CliRun asked = CliRun.of("verify", trained, "--replay", golden, "--tolerance", "0.001");

    assertThat(recorded.out()).contains("(allowed: 0.0100 of the magnitude)");
    assertThat(asked.out()).contains("(allowed: 0.00100 of the magnitude)");
  }

  @Test
  void engines_json_and_junit_xml_are_as_in_every_comparison() throws IOException {
    record("--json", folder.resolve("recorded.json"), "--reference-engine", "interpreter");
    Path xml = folder.resolve("report.xml");
    Path json = folder.resolve("replayed.json");

    CliRun run =
        CliRun.of(
            "verify",
            trained,
            "--replay",
            golden,
            "--engine",
            "interpreter,ort-cpu",
            "--junit-xml",
            xml,
            "--json",
            json);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "interpreter beside the recording",
            "ort-cpu beside the recording",
            "says nothing about rounding");
    assertThat(Files.readString(xml)).contains("failures=\"0\"");
    JsonNode replayed = Json.parse(Files.readString(json));
    assertThat(replayed.get("holds").asBoolean()).isTrue();
    assertThat(replayed.at("/notes/0").asText())
        .contains("recorded from trained.onnx in Reference");
    JsonNode recorded = Json.parse(Files.readString(folder.resolve("recorded.json")));
    assertThat(recorded.get("noise").asBoolean()).isFalse();
    assertThat(recorded.at("/origin/model/file").asText()).isEqualTo("trained.onnx");
  }

  @Test
  void other_inputs_are_told_in_a_sentence() {
    record();
    Path renamed =
        Models.write(folder.resolve("renamed.onnx"), Nets.repVgg("y", Shape.of(1, 3, 8, 10)));
    Path smaller =
        Models.write(folder.resolve("smaller.onnx"), Nets.repVgg("x", Shape.of(1, 3, 4, 5)));

    CliRun names = CliRun.of("verify", "--replay", golden, renamed);
    CliRun sizes = CliRun.of("verify", "--replay", golden, smaller);

    assertThat(names.code()).isEqualTo(1);
    assertThat(names.err().lines()).hasSize(1);
    assertThat(names.err())
        .contains("renamed.onnx: takes the inputs [y], and " + golden + " holds [x]");
    assertThat(sizes.code()).isEqualTo(1);
    assertThat(sizes.err().lines()).hasSize(1);
    assertThat(sizes.err()).contains("float32[1, 3, 4, 5]", "float32[1, 3, 8, 10]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--layers",
        "--record R M",
        "--record R --engine ort-cpu",
        "--record R --layers",
        "--record R --replay G",
        "--record R --excuse t",
        "--record R --junit-xml x.xml",
        "--record R --allow order",
        "--record R --threshold 0.4",
        "--replay G M",
        "--replay G --input sr=1",
        "--replay G --shape 1x3x8x10",
        "--replay G --samples 2",
        "--replay G --seed 0",
        "--replay G --budget 1",
        "--replay G --reference-engine ort-cpu",
        "--replay G --layers",
        "--replay G --excuse t"
      })
  void what_does_not_go_together_is_a_mistake_of_use(String arguments) {
    Map<String, Object> paths = Map.of("R", golden, "G", golden, "M", trained);
    Object[] all =
        Stream.of(("verify M " + arguments).strip().split(" "))
            .map(word -> paths.getOrDefault(word, word))
            .toArray();

    CliRun run = CliRun.of(all);

    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(2);
    assertThat(run.err()).contains("See 'repfold verify --help'.").doesNotContain("defect");
    assertThat(golden).doesNotExist();
  }
}
