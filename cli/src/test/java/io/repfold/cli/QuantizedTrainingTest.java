package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.int8.TensorRtQuantizationCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a float32 model to a trained one in 8-bit integers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuantizedTrainingTest {
  @TempDir private static Path folder;

  private Path config;
  private Path model;
  private int runs;

  @BeforeAll
  void train() throws IOException {
    config = TrainCommandTest.write(folder);
    Path run = folder.resolve("float");
    done(
        "train",
        "-c",
        config,
        "--run",
        run,
        "--set",
        "trainer.epochs=3",
        "--set",
        "arch.args.repconv=repvgg");
    model = folder.resolve("float.onnx");
    done("export", run, "-o", model);
  }

  private static CliRun done(Object... arguments) {
    CliRun run = CliRun.of(arguments);
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    return run;
  }

  private Path newRun() {
    return folder.resolve("run" + runs++);
  }

  private static Map<String, Long> ops(Path file) {
    return OnnxModel.read(file).graph().nodes().stream()
        .collect(Collectors.groupingBy(n -> n.op().type(), TreeMap::new, Collectors.counting()));
  }

  @Test
  void a_float32_model_is_quantized_trained_and_written_as_a_conversion_writes_it()
      throws IOException {
    Path run = newRun();
    CliRun trained =
        done(
            "train",
            model,
            "-c",
            config,
            "--quantize",
            "int8",
            "--run",
            run,
            "--set",
            "trainer.epochs=2");
    Path written = run.resolve("int8.onnx");
    assertThat(trained.out())
        .contains("Quantized 8 of 8 layers on 8 training images: before training, ")
        .contains("Wrote " + written)
        .doesNotContain("Warning: What is trained was not compared");
    assertThat(Files.readString(run.resolve("config.json")))
        .contains("\"quantize\" : \"int8\"", "\"start_from\" : \"" + model);

    Path converted = folder.resolve("converted.onnx");
    done(
        "convert",
        model,
        "-o",
        converted,
        "--precision",
        "int8",
        "--random",
        "8",
        "--shape",
        "1x3x32x32",
        "--target-agreement",
        "0");
    assertThat(ops(written)).isEqualTo(ops(converted));
    Graph graph = OnnxModel.read(written).graph();
    assertThat(graph.initializers().values().stream().filter(t -> t.size() > 1).map(Tensor::type))
        .contains(ElementType.INT8, ElementType.INT32);
    assertThat(graph.nodes())
        .filteredOn(node -> node.op() instanceof Op.QuantizeLinear)
        .noneMatch(node -> graph.initializers().containsKey(node.input(0)));
    assertThat(ops(run.resolve("best.onnx"))).containsKeys("Round", "Clip");
    assertThat(OnnxModel.read(written).metadata()).doesNotContainKey("repfold.precision");

    Path exported = folder.resolve("exported.onnx");
    done("export", run, "-o", exported);
    assertThat(OnnxModel.read(exported).graph().initializers()).isEqualTo(graph.initializers());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "tensorrt"})
  void a_quantized_model_is_trained_as_it_is(String target) {
    Path given = folder.resolve(target + ".onnx");
    done(
        "convert",
        model,
        "-o",
        given,
        "--precision",
        "int8",
        "--target",
        target,
        "--weight-bits",
        "7",
        "--random",
        "8",
        "--shape",
        "1x3x32x32",
        "--target-agreement",
        "0");
    Path run = newRun();
    CliRun trained =
        done(
            "train",
            given,
            "-c",
            config,
            "--quantize",
            "int8",
            "--run",
            run,
            "--set",
            "trainer.epochs=1");
    assertThat(trained.out()).doesNotContain("Quantized ");
    Path written = run.resolve("int8.onnx");
    assertThat(ops(written)).isEqualTo(ops(given));
    Graph graph = OnnxModel.read(written).graph();
    double largest =
        graph.initializers().values().stream()
            .filter(tensor -> tensor.type() == ElementType.INT8)
            .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
            .map(Math::abs)
            .max()
            .orElseThrow();
    assertThat(largest).isEqualTo(63);
    if (target.equals("tensorrt")) {
      assertThat(TensorRtQuantizationCheck.check(graph)).isEmpty();
    }
  }

  private CliRun refused(Object... more) {
    Path run = newRun();
    Object[] all = Arrays.copyOf(more, more.length + 4);
    Object[] rest = {"-c", config, "--run", run};
    System.arraycopy(rest, 0, all, more.length, rest.length);
    CliRun refused = CliRun.of(all);
    assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(2);
    assertThat(run).doesNotExist();
    return refused;
  }

  @Test
  void what_cannot_be_quantized_is_bad_usage_and_says_what_to_do() throws IOException {
    assertThat(refused("train", "--quantize", "int8").err())
        .contains(
            "train.quantize: takes a trained ONNX file", "'repfold export RUN -o model.onnx'");
    assertThat(refused("train", model, "--quantize", "int4").err())
        .contains("train.quantize: there is no 'int4'; did you mean 'int8'?");
    Path half = folder.resolve("half.onnx");
    done("convert", model, "-o", half, "--precision", "fp16", "--shape", "1x3x32x32");
    assertThat(refused("train", half, "--quantize", "int8").err())
        .contains("cannot be quantized: ", "half.onnx", "its weights are FLOAT16 already")
        .contains("convert the float32 model that it was made of");
    assertThat(refused("train", folder.resolve("none.onnx"), "--quantize", "int8").err())
        .contains("none.onnx: there is no such file");
    Files.writeString(folder.resolve("data/nothing.txt"), "");
    assertThat(
            refused(
                    "train",
                    model,
                    "--quantize",
                    "int8",
                    "--set",
                    "train_loader.args.split=nothing")
                .err())
        .contains("train_loader: The split 'nothing' is empty");
    CliRun resumed = CliRun.of("train", "--resume", folder.resolve("float"), "--quantize", "int8");
    assertThat(resumed.code()).isEqualTo(2);
    assertThat(resumed.err()).contains("--resume takes everything from the run", "--quantize");
  }

  @Test
  void a_quantized_model_without_the_option_is_refused_with_it() {
    Path given = folder.resolve("small.onnx");
    done(
        "convert",
        model,
        "-o",
        given,
        "--precision",
        "int8",
        "--random",
        "4",
        "--shape",
        "1x3x32x32",
        "--target-agreement",
        "0");
    assertThat(refused("train", given).err())
        .contains("small.onnx: is quantized, and rounding has no gradient; --quantize int8");
  }
}
