package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.numpy.Npy;
import io.repfold.numpy.Npz;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.half.HalfOptions;
import io.repfold.precision.half.HalfPrecision;
import io.repfold.runtime.HostTensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class VerifyCommandTest {
  @TempDir private Path folder;
  private Path trained;
  private Path folded;

  @BeforeEach
  void fold() {
    trained = Models.trained(folder);
    folded = folder.resolve("folded.onnx");
    CliRun.of("fold", trained, "-o", folded, "--no-verify");
  }

  @Test
  void a_fold_holds_with_the_optimizer_off_and_on() {
    CliRun run = CliRun.of("verify", trained, folded, "--samples", 3, "--seed", 5);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("Verified", "3 random inputs", "seed 5", "off ", "on ");
  }

  @Test
  void a_wrong_model_does_not_hold() {
    CliRun run = CliRun.of("verify", trained, Models.wrong(folder));

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("NOT the same", "scores", "the largest error is");
  }

  @Test
  void the_first_layer_that_differs_is_named() {
    CliRun good = CliRun.of("verify", trained, folded, "--layers");
    CliRun bad = CliRun.of("verify", trained, Models.wrong(folder), "--layers");

    assertThat(good.out()).contains("common tensors are the same");
    assertThat(bad.code()).isEqualTo(3);
    assertThat(bad.out()).containsPattern("The first of \\d+ common tensors that differs is '");
  }

  @Test
  void json_and_junit_xml_can_be_read() throws Exception {
    Path xml = folder.resolve("report.xml");

    CliRun run =
        CliRun.of(
            "verify", trained, Models.wrong(folder), "--json", "--junit-xml", xml, "--layers");

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    JsonNode json = Json.parse(run.out());
    assertThat(json.get("holds").asBoolean()).isFalse();
    assertThat(json.at("/runs/0/outputs/0/comparison/maxRelativeError").asDouble()).isPositive();
    assertThat(json.at("/layers/results").size()).isGreaterThan(3);
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml.toFile());
    assertThat(document.getDocumentElement().getAttribute("failures")).isEqualTo("2");
  }

  @Test
  void json_goes_into_a_file_if_one_is_named() throws Exception {
    Path file = folder.resolve("result.json");

    CliRun run = CliRun.of("verify", "--json", file, trained, folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("Verified: ");
    assertThat(Json.parse(Files.readString(file)).get("holds").asBoolean()).isTrue();
    assertThat(CliRun.of("verify", trained, folded, "--json", folder.resolve("no/x.json")).err())
        .contains("there is no folder");
  }

  @Test
  void a_model_after_json_is_a_model() {
    CliRun run = CliRun.of("verify", "--json", trained, folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Json.parse(run.out()).get("holds").asBoolean()).isTrue();
  }

  @Test
  void inputs_come_from_arrays_images_and_folders() throws IOException {
    Path inputs = Files.createDirectory(folder.resolve("inputs"));
    HostTensor tensor = HostTensor.ofFloats(new float[240], 1, 3, 8, 10);
    Npy.write(inputs.resolve("a.npy"), tensor);
    Npz.write(inputs.resolve("b.npz"), Map.of("x", tensor));
    ImageIO.write(
        new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB),
        "png",
        inputs.resolve("c.png").toFile());

    CliRun run = CliRun.of("verify", trained, folded, "--input", inputs);

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("3 inputs from " + inputs);
  }

  @Test
  void an_input_of_another_shape_is_refused_with_both_shapes() throws IOException {
    Path file = folder.resolve("small.npy");
    Npy.write(file, HostTensor.ofFloats(new float[3], 1, 3, 1, 1));

    CliRun run = CliRun.of("verify", trained, folded, "--input", file);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("float32[1, 3, 8, 10]", "float32[1, 3, 1, 1]");
  }

  @Test
  void empty_inputs_compare_nothing_and_do_not_hold() throws Exception {
    Shape open = new Shape(List.of(new Dim.Symbol("N"), Dim.of(3)));
    Graph relu =
        new Graph.Builder("relu")
            .input(new Value("x", Optional.of(ElementType.FLOAT), Optional.of(open)))
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("x"), "y")
            .output(new Value("y", Optional.of(ElementType.FLOAT), Optional.of(open)))
            .build();
    Path model = Models.write(folder.resolve("relu.onnx"), relu);
    Path none = folder.resolve("none.npy");
    Path xml = folder.resolve("verify.xml");
    Npy.write(none, HostTensor.ofFloats(new float[0], 0, 3));

    CliRun run = CliRun.of("verify", model, model, "--input", none, "--junit-xml", xml);

    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("NOTHING WAS COMPARED: every output is empty, on 1 input from " + none)
        .contains("DIFFERENT")
        .doesNotContain("Verified");
    assertThat(Files.readString(xml)).contains("failures=\"2\"", "nothing was compared");
  }

  @Test
  void an_overflow_shows_in_the_interpreter_and_where_it_cannot_it_is_said() {
    Path model = HalfModels.overflowing(folder);
    Path half = folder.resolve("half.onnx");
    OnnxModel read = OnnxModel.read(model);
    read.withGraph(HalfPrecision.convert(read.graph(), HalfOptions.FLOAT16).graph()).write(half);

    CliRun cpu = CliRun.of("verify", model, half, "--agreement", "0.5");
    CliRun both =
        CliRun.of("verify", model, half, "--agreement", "0.5", "--engine", "interpreter,ort-cpu");
    CliRun single = CliRun.of("verify", model, model, "--engine", "interpreter");

    assertThat(cpu.out()).contains("holds float16 values", "--engine interpreter");
    assertThat(both.code()).as(both.out() + both.err()).isEqualTo(3);
    assertThat(both.out())
        .contains("interpreter beside ort-cpu: output 'y', sample 0: ", "infinite on one side only")
        .doesNotContain("holds float16 values");
    assertThat(single.code()).as(single.out() + single.err()).isZero();
    assertThat(single.out()).doesNotContain("float16");
  }

  @Test
  void a_folder_without_inputs_and_a_file_of_another_kind_are_refused() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));

    assertThat(CliRun.of("verify", trained, folded, "--input", empty).err())
        .contains(empty.toString(), ".npz");
    assertThat(CliRun.of("verify", trained, folded, "--input", trained).code()).isEqualTo(2);
  }

  @Test
  void engines_are_compared_with_the_interpreter_as_reference() {
    CliRun run =
        CliRun.of(
            "verify",
            trained,
            folded,
            "--reference-engine",
            "interpreter",
            "--engine",
            "ort-cpu,interpreter",
            "--json");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    JsonNode runs = Json.parse(run.out()).get("runs");
    assertThat(runs).hasSize(2);
    assertThat(runs.at("/0/setting").asText()).isEqualTo("ort-cpu beside interpreter");
    double single = runs.at("/0/outputs/0/comparison/maxRelativeError").asDouble();
    double exact = runs.at("/1/outputs/0/comparison/maxRelativeError").asDouble();
    assertThat(single).isBetween(1e-12, 1e-4);
    assertThat(exact).as("both in double, rounded to float32 once").isLessThan(single);
  }

  @Test
  void an_agreement_judges_the_best_channel_and_not_the_error() {
    CliRun lenient = CliRun.of("verify", trained, Models.wrong(folder), "--agreement", "0.000001");
    CliRun strict = CliRun.of("verify", trained, folded, "--agreement", "1");

    assertThat(strict.out())
        .contains(
            "Verified: the best channel (axis 1) is the same at 1.000000 of ",
            " positions (asked for: 1.0), on 2 random inputs");
    assertThat(lenient.code()).as(lenient.out()).isZero();
    assertThat(CliRun.of("verify", trained, folded, "--agreement", "2").code()).isEqualTo(2);
  }

  private Path ofOneChannel(String name, Op op) {
    Graph graph =
        new Graph.Builder(name)
            .input(Value.float32("x", 1, 1, 8, 8))
            .node(op, List.of("x"), "y")
            .output(Value.float32("y", 1, 1, 8, 8))
            .build();
    return Models.write(folder.resolve(name), graph);
  }

  /** Below 0, Relu and Identity differ, but lie on one side of 0.5, and not of -0.5. */
  @Test
  void an_agreement_judges_one_channel_by_the_threshold() {
    Path all = ofOneChannel("all.onnx", new Op.Identity());
    Path positive = ofOneChannel("positive.onnx", new Op.Unary(Op.Unary.Function.RELU));

    CliRun usual = CliRun.of("verify", all, positive, "--agreement", "1");
    CliRun low = CliRun.of("verify", all, positive, "--agreement", "1", "--threshold", "-0.5");

    assertThat(usual.code()).as(usual.out() + usual.err()).isZero();
    assertThat(usual.out())
        .contains("the side of the threshold 0.5 is the same at 1.000000 of 128");
    assertThat(low.code()).as(low.out() + low.err()).isEqualTo(3);
    assertThat(low.out()).contains("the side of the threshold -0.5 is the same at 0.");
    assertThat(CliRun.of("verify", all, positive).code()).as("by the errors").isEqualTo(3);
    CliRun none = CliRun.of("verify", all, positive, "--agreement", "1", "--threshold", "NaN");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("'--threshold': expected a number, not 'NaN'");
  }

  /** Of boxes no channel is the best one: columns have errors of their own. */
  @Test
  void of_boxes_the_columns_are_told_and_no_best_channel() {
    Path boxes = scaled("boxes.onnx", 1);
    Path off = scaled("off.onnx", 1.001f);

    CliRun run = CliRun.of("verify", boxes, off, "--json");

    assertThat(run.code()).as(run.err()).isEqualTo(3);
    JsonNode comparison = Json.parse(run.out()).at("/runs/0/outputs/0/comparison");
    assertThat(comparison.has("bestChannel")).isFalse();
    assertThat(comparison.at("/worstPart/axis").asInt()).isEqualTo(2);
    assertThat(comparison.at("/decided/what").asText()).contains("to 5 % of its range");
    assertThat(comparison.at("/decided/disagreements").asInt()).isZero();
    CliRun agreed = CliRun.of("verify", boxes, off, "--agreement", "1");
    assertThat(agreed.code()).as(agreed.out()).isZero();
  }

  /** Four columns of each anchor, the last of which is scaled by a factor. */
  private Path scaled(String name, float factor) {
    Graph graph =
        new Graph.Builder(name)
            .input(Value.float32("x", 1, 50, 4))
            .initializer("k", Tensor.ofFloats(new float[] {640, 640, 100, factor}, 4))
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "k"), "y")
            .output(Value.float32("y", 1, 50, 4))
            .build();
    return Models.write(folder.resolve(name), graph);
  }

  /** A signal that native code gets when it crashes, from outside. */
  @Test
  void a_crash_in_a_process_of_its_own_is_told_of_that_process_alone() throws Exception {
    Set<Long> others = children();
    CompletableFuture<CliRun> verified =
        CompletableFuture.supplyAsync(
            () -> CliRun.of("verify", trained, folded, "--isolate", "--samples", 2000));

    long child = newChild(others);
    new ProcessBuilder("kill", "-SEGV", Long.toString(child)).start().waitFor();
    // Alone the models would take as long.
    long first = newChild(with(others, child));
    new ProcessBuilder("kill", "-TERM", Long.toString(first)).start().waitFor();
    long second = newChild(with(with(others, child), first));
    new ProcessBuilder("kill", "-KILL", Long.toString(second)).start().waitFor();
    CliRun run = verified.get(2, TimeUnit.MINUTES);

    assertThat(run.code()).as(run.err() + run.out()).isEqualTo(3);
    assertThat(run.out())
        .contains("NOT verified: ", "it ended by SIGABRT")
        .contains(trained + " alone: it ended by signal 15")
        .contains(folded + " alone: it ended by SIGKILL");
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private static Set<Long> with(Set<Long> some, long other) {
    Set<Long> all = new HashSet<>(some);
    all.add(other);
    return all;
  }

  private static long newChild(Set<Long> others) throws InterruptedException {
    for (int i = 0; i < 600; i++) {
      Optional<Long> found =
          children().stream().filter(child -> !others.contains(child)).findFirst();
      if (found.isPresent()) {
        Thread.sleep(700); // it has to come up, or its signal handlers are not there yet
        return found.get();
      }
      Thread.sleep(50);
    }
    throw new AssertionError("No process was started");
  }

  private Path of(String name, Graph.Builder graph) {
    return Models.write(folder.resolve(name), graph.build());
  }

  private static Graph.Builder oneInput(String input) {
    return new Graph.Builder("g").opset("", 17).input(Value.float32(input, 1, 3, 4, 4));
  }

  @Test
  void models_with_other_inputs_cannot_be_compared() {
    Path one =
        of(
            "one.onnx",
            oneInput("a")
                .node(new Op.Unary(Op.Unary.Function.RELU), List.of("a"), "y")
                .output(Value.float32("y", 1, 3, 4, 4)));
    Path other =
        of(
            "other.onnx",
            oneInput("b")
                .node(new Op.Unary(Op.Unary.Function.RELU), List.of("b"), "y")
                .output(Value.float32("y", 1, 3, 4, 4)));
    CliRun run = CliRun.of("verify", one, other);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("takes the inputs [a], and ", " takes [b]");
  }

  @Test
  void what_is_never_finite_is_no_proof() {
    Path infinite =
        of(
            "infinite.onnx",
            oneInput("a")
                .initializer("zero", Tensor.ofFloats(new float[] {0}, 1))
                .node(new Op.Binary(Op.Binary.Function.MUL), List.of("a", "zero"), "z")
                .node(new Op.Unary(Op.Unary.Function.LOG), List.of("z"), "y")
                .output(Value.float32("y", 1, 3, 4, 4)));
    CliRun run = CliRun.of("verify", infinite, infinite);
    assertThat(run.code()).as(run.out()).isEqualTo(3);
    assertThat(run.out()).contains("no value is finite on both sides, so nothing was compared");
  }

  /** Gray values that lie a step apart. */
  @Test
  void integers_that_are_no_labels_may_be_off_by_what_is_allowed() {
    Path low = gray("low.onnx", 0.1f);
    Path high = gray("high.onnx", 0.6f);
    CliRun exact = CliRun.of("verify", low, high);
    assertThat(exact.code()).as(exact.out()).isEqualTo(3);
    assertThat(exact.out()).contains("integers differ").doesNotContain("ArgMax");
    CliRun allowed = CliRun.of("verify", low, high, "--absolute", "1");
    assertThat(allowed.code()).as(allowed.out() + allowed.err()).isZero();
  }

  private Path gray(String name, float offset) {
    return of(
        name,
        oneInput("a")
            .initializer("k", Tensor.ofFloats(new float[] {100}, 1))
            .initializer("b", Tensor.ofFloats(new float[] {offset}, 1))
            .node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("a"), "s")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("s", "k"), "m")
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("m", "b"), "f")
            .node(new Op.Cast(ElementType.UINT8), List.of("f"), "y")
            .output(new Value("y", Optional.of(ElementType.UINT8), Optional.empty())));
  }

  /** What NumPy saves where nobody asked for another type. */
  @Test
  void float64_arrays_are_rounded_to_what_the_model_takes() throws IOException {
    Path relu =
        of(
            "relu.onnx",
            oneInput("a")
                .node(new Op.Unary(Op.Unary.Function.RELU), List.of("a"), "y")
                .output(Value.float32("y", 1, 3, 4, 4)));
    Path array = folder.resolve("wide.npy");
    Npy.write(
        array, HostTensor.of(io.repfold.runtime.ElementType.DOUBLE, new double[48], 1, 3, 4, 4));
    CliRun run = CliRun.of("verify", relu, relu, "--input", array);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("whose float64 numbers were rounded to float32");
  }

  @Test
  void random_ops_are_named() {
    Path random =
        of(
            "random.onnx",
            oneInput("a")
                .node(new Op.Opaque("", "RandomNormalLike", Map.of(), List.of()), List.of("a"), "r")
                .node(new Op.Binary(Op.Binary.Function.ADD), List.of("a", "r"), "y")
                .output(Value.float32("y", 1, 3, 4, 4)));
    assertThat(CliRun.of("verify", random, random).out())
        .contains("The reference holds RandomNormalLike 'r', which may give other numbers");
  }

  @Test
  void options_that_would_not_be_heeded_are_errors() {
    for (List<String> words :
        List.of(
            List.of("--excuse", "x", "--layers"),
            List.of("--time-limit", "5", "--isolate"),
            List.of("--memory-limit", "500", "--isolate"))) {
      CliRun run = CliRun.of("verify", trained, folded, words.get(0), words.get(1));
      assertThat(run.code()).as(words.get(0)).isEqualTo(2);
      assertThat(run.err()).contains(words.get(0) + " goes with " + words.get(2));
    }
    CliRun certificate =
        CliRun.of("verify", "--certificate", folded, "--against", trained, "--samples", "3");
    assertThat(certificate.code()).isEqualTo(2);
    assertThat(certificate.err()).contains("heeds no other option: leave out --samples");
  }

  @Test
  void an_unknown_engine_is_reported_under_its_option() {
    CliRun run = CliRun.of("verify", trained, folded, "--reference-engine", "abacus");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--reference-engine: There is no engine 'abacus'");
  }

  @Test
  void a_shape_for_an_unknown_input_is_bad_usage() {
    CliRun run = CliRun.of("verify", trained, folded, "--shape", "y=1x3x8x10");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("no input 'y'", "[x]");
  }

  @Test
  void a_gpu_is_refused_where_nothing_runs_on_one() {
    Path model = Models.trained(folder);
    for (String engine : new String[] {"ort-cpu", "interpreter"}) {
      CliRun run = CliRun.of("verify", model, model, "--device", 1, "--engine", engine);
      assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
      assertThat(run.err()).contains("--device 1 names a GPU");
    }
  }

  @Test
  void session_options_reach_onnx_runtime_and_are_refused_for_others() {
    Path model = Models.trained(folder);
    String senseless = "session.intra_op_thread_affinities=nowhere";
    CliRun run = CliRun.of("verify", model, model, "--session-option", senseless);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("nowhere");

    run =
        CliRun.of(
            "verify",
            model,
            model,
            "--session-option",
            senseless,
            "--engine",
            "interpreter",
            "--reference-engine",
            "interpreter");
    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("interpreter is another engine");
  }

  /** A difference inside that the output hides, as a clip does. */
  @Test
  void a_layer_that_differs_is_a_difference_unless_it_is_excused() {
    Path one = hidden("one.onnx", 1);
    Path two = hidden("two.onnx", 2);

    CliRun outputs = CliRun.of("verify", one, two);
    assertThat(outputs.code()).as(outputs.out()).isZero();
    CliRun layers = CliRun.of("verify", one, two, "--layers");
    assertThat(layers.code()).isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(layers.out()).contains("The first of", "'inner'");
    CliRun excused = CliRun.of("verify", one, two, "--layers", "--excuse", "inner");
    assertThat(excused.code()).isZero();
  }

  private Path hidden(String name, float factor) {
    Value x = new Value("x", Optional.of(ElementType.FLOAT), Optional.of(Shape.of(1, 2, 8, 8)));
    Graph graph =
        new Graph.Builder("hidden")
            .input(x)
            .initializer("factor", Tensor.ofFloats(new float[] {factor}))
            .initializer("zero", Tensor.ofFloats(new float[] {0}))
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "factor"), "inner")
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("inner", "zero"), "nothing")
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("x", "nothing"), "y")
            .output(
                new Value("y", Optional.of(ElementType.FLOAT), Optional.of(Shape.of(1, 2, 8, 8))))
            .build();
    Path file = folder.resolve(name);
    OnnxModel.of(graph).write(file);
    return file;
  }

  @Test
  void what_differs_is_printed_for_github_if_asked_for() {
    CliRun run = CliRun.of("verify", trained, Models.wrong(folder), "--annotations", "github");
    assertThat(run.code()).isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(run.out().lines().filter(line -> line.startsWith("::error ")))
        .isNotEmpty()
        .hasSizeLessThanOrEqualTo(10)
        .allMatch(line -> line.startsWith("::error title=repfold verify::"));
    assertThat(CliRun.of("verify", trained, folded, "--annotations", "github").out())
        .doesNotContain("::error");
    assertThat(CliRun.of("verify", trained, folded, "--annotations", "lab").code())
        .isEqualTo(ExitCodes.BAD_USAGE);
  }

  @Test
  void a_certificate_is_checked_against_the_original() {
    CliRun holds = CliRun.of("verify", "--certificate", folded, "--against", trained);
    assertThat(holds.code()).as(holds.err()).isZero();
    assertThat(holds.out()).contains("The certificate of", " holds: ");
    CliRun wrong = CliRun.of("verify", "--certificate", folded, "--against", folded);
    assertThat(wrong.code()).isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(wrong.out()).contains("the SHA-256 of the original is", "does NOT hold");
    CliRun none = CliRun.of("verify", "--certificate", trained, "--against", trained);
    assertThat(none.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(none.err()).contains("has no certificate");
    assertThat(CliRun.of("verify", "--certificate", folded).code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(CliRun.of("verify", trained, "--certificate", folded, "--against", trained).code())
        .isEqualTo(ExitCodes.BAD_USAGE);
  }

  @Test
  void an_absolute_tolerance_that_anything_passes_is_bad_usage() {
    CliRun run = CliRun.of("verify", trained, folded, "--absolute", "1e9");
    assertThat(run.code()).isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(run.err()).contains("would accept a wrong network", "scores");
    assertThat(CliRun.of("verify", trained, folded, "--budget", "-1").code())
        .isEqualTo(ExitCodes.BAD_USAGE);
    assertThat(CliRun.of("verify", trained, folded, "--allow", "all").err())
        .contains("--allow takes order, names and types, not 'all'");
  }

  @Test
  void in_a_process_of_its_own_it_ends_as_otherwise() {
    CliRun holds = CliRun.of("verify", trained, folded, "--isolate");
    assertThat(holds.code()).as(holds.err()).isZero();
    assertThat(holds.out()).contains("Verified: ");
    assertThat(CliRun.of("verify", trained, Models.wrong(folder), "--isolate").code())
        .isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(CliRun.of("verify", trained, folder.resolve("no.onnx"), "--isolate").code())
        .isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void a_process_that_is_ended_is_a_difference() {
    CliRun run = CliRun.of("verify", trained, folded, "--isolate", "--time-limit", "0.01");
    assertThat(run.code()).isEqualTo(ExitCodes.DOES_NOT_HOLD);
    assertThat(run.out()).contains("NOT verified", "took more than");
    assertThat(CliRun.of("verify", trained, folded, "--isolate", "--time-limit", "0").code())
        .isEqualTo(ExitCodes.BAD_USAGE);
  }
}
