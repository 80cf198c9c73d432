package io.repfold.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.repfold.check.Tolerance;
import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.kit.Nets;
import io.repfold.kit.Weights;
import io.repfold.numpy.Npz;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.RealTypes;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.runtime.Backend;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EquivalenceContractTest {
  private static final String FOLDER = "target/contracts/";
  private static final String MODEL = FOLDER + "model.onnx";
  private static final String FOLDED = FOLDER + "folded.onnx";
  private static final String WRONG = FOLDER + "wrong.onnx";
  private static final String WRONG_HALF = FOLDER + "wrong-half.onnx";
  private static final String COLORS = FOLDER + "colors.onnx";
  private static final String RELU = FOLDER + "relu.onnx";
  private static final String CLIP = FOLDER + "clip.onnx";
  private static final String PHOTOS = FOLDER + "photos/";
  private static final String OUTPUT = FOLDER + "output";
  private static final int HEIGHT = 12;
  private static final int WIDTH = 16;

  @BeforeAll
  static void write() throws IOException {
    Path folder = Path.of(FOLDER);
    TemporaryFolder.delete(folder);
    Files.createDirectories(Path.of(PHOTOS));
    Graph graph = Nets.repVgg("x", Shape.of(1, 4, HEIGHT, WIDTH));
    Graph folded = Folder.fold(graph).graph();
    String stem = folded.nodes().get(0).input(1);
    OnnxModel.of(graph).write(Path.of(MODEL));
    OnnxModel.of(folded).write(Path.of(FOLDED));
    OnnxModel.of(Weights.changed(folded, stem, (i, w) -> i == 0 ? w + 1 : w)).write(Path.of(WRONG));
    Path minus = folder.resolve("minus.onnx");
    Node head = folded.nodes().get(folded.nodes().size() - 1);
    OnnxModel.of(Weights.changed(folded, head.input(1), (i, w) -> -w)).write(minus);
    ConvertFile.of(minus, ConversionRequest.to(Precision.FP16).withTargetAgreement(0))
        .to(Path.of(WRONG_HALF));
    OnnxModel.of(Nets.pointwise(5)).write(Path.of(COLORS));
    Random random = new Random(1);
    for (int n = 0; n < 2; n++) {
      BufferedImage photo = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 20 * 14; i++) {
        photo.setRGB(i % 20, i / 20, random.nextInt());
      }
      ImageIO.write(photo, "png", new File(PHOTOS + n + ".png"));
    }
  }

  private static Path folder(Class<?> type, String last) {
    return Path.of(OUTPUT, type.getName(), "holds", last);
  }

  static final class Holding {
    @EquivalenceContract(
        reference = MODEL,
        candidates = {FOLDED, MODEL},
        engines = {"ort-cpu", "interpreter"},
        precisions = {"fp32", "fp16"},
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      assertThat(contract.reference()).isEqualTo(Path.of(MODEL));
      assertThat(contract.toString())
          .contains(
              contract.candidate().toString(),
              " on " + contract.engine(),
              " in " + contract.precision());
      contract.verify();
      assertThat(contract.folder()).doesNotExist();
    }
  }

  @Test
  void each_combination_is_a_case_with_its_name_and_what_holds_leaves_nothing() {
    ContractRun run = ContractRun.of(Holding.class);

    assertThat(run.failedContainers()).isEmpty();
    assertThat(run.tests()).extracting(ContractRun.Ended::message).containsOnly("");
    assertThat(run.tests())
        .extracting(ContractRun.Ended::name, ContractRun.Ended::outcome)
        .hasSize(8)
        .startsWith(
            tuple("[1] %s on ort-cpu in fp32, random inputs".formatted(FOLDED), "SUCCESSFUL"),
            tuple("[2] %s on ort-cpu in fp16, random inputs".formatted(FOLDED), "SUCCESSFUL"),
            tuple("[3] %s on interpreter in fp32, random inputs".formatted(FOLDED), "SUCCESSFUL"))
        .endsWith(
            tuple("[8] %s on interpreter in fp16, random inputs".formatted(MODEL), "SUCCESSFUL"));
  }

  static final class Broken {
    @EquivalenceContract(
        reference = MODEL,
        candidates = WRONG,
        engines = {"ort-cpu", "interpreter"},
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify();
    }
  }

  @Test
  void a_failure_tells_the_worst_sample_and_the_part_and_names_files_that_can_be_read()
      throws IOException {
    Path stale = folder(Broken.class, "1-wrong.onnx-ort-cpu-fp32-random").resolve("stale");
    Files.createDirectories(stale);

    List<ContractRun.Ended> tests = ContractRun.of(Broken.class).tests();

    assertThat(stale).doesNotExist();
    assertThat(tests).hasSize(2);
    String[] folders = {"1-wrong.onnx-ort-cpu-fp32-random", "2-wrong.onnx-interpreter-fp32-random"};
    for (int i = 0; i < tests.size(); i++) {
      String message = tests.get(i).message();
      Path folder = folder(Broken.class, folders[i]);
      assertThat(tests.get(i).outcome()).isEqualTo("FAILED");
      assertThat(tests.get(i).type()).isEqualTo(AssertionError.class.getName());
      assertThat(message)
          .contains(
              "'%s' does not compute what '%s' computes".formatted(WRONG, MODEL),
              "output 'scores'",
              "The worst is sample ",
              "The smallest part that differs by itself computes '",
              "Fed the reference's values",
              "Behind it the models agree",
              folder.resolve("error.png").toString(),
              folder.resolve("part").toString());
      checkPicture(message, folder.resolve("error.png"));
      Path part = folder.resolve("part");
      assertThat(OnnxModel.read(part.resolve("reference-part.onnx")).graph().nodes()).isNotEmpty();
      assertThat(OnnxModel.read(part.resolve("candidate-part.onnx")).graph().nodes()).hasSize(1);
      assertThat(Npz.read(part.resolve("inputs.npz"))).containsOnlyKeys("x");
      assertThat(part.resolve("bisection.json")).content().contains("\"restDiffers\" : false");
    }
  }

  /** The named place has the largest error of its channel, so its pixel is not black. */
  private static void checkPicture(String message, Path file) throws IOException {
    Matcher place =
        Pattern.compile("at \\[(\\d+), (\\d+), (\\d+), (\\d+)] of 1x5x12x16").matcher(message);
    assertThat(place.find()).as(message).isTrue();
    BufferedImage picture = ImageIO.read(file.toFile());
    assertThat(picture.getHeight()).isEqualTo(HEIGHT);
    assertThat(picture.getWidth()).isEqualTo(WIDTH);
    int level =
        picture
            .getRaster()
            .getSample(Integer.parseInt(place.group(4)), Integer.parseInt(place.group(3)), 0);
    assertThat(level).isBetween(1, 254);
  }

  static final class Clipped {
    @EquivalenceContract(reference = RELU, candidates = CLIP, output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify();
    }
  }

  /** No random input reaches the bound: one of the further values does. */
  @Test
  void the_worst_sample_may_be_one_of_further_values() throws IOException {
    Path folder = Path.of(FOLDER);
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    OnnxModel.of(oneNode(Layers.RELU, "x")).write(folder.resolve("relu.onnx"));
    OnnxModel.of(oneNode(clip, "x", "low", "high")).write(folder.resolve("clip.onnx"));

    ContractRun.Ended test = ContractRun.of(Clipped.class).tests().get(0);

    assertThat(test.message())
        .containsPattern(
            "The worst is sample \\d+, values 255 times as large of output 'y' \\(optimizer off\\): "
                + "the error \\S+ of .*expected \\S+, found 60\\.0");
    assertThat(ImageIO.read(new File(written(test)))).isNotNull();
  }

  private static Graph oneNode(Op op, String... inputs) {
    return new Graph.Builder("net")
        .input(Value.float32("x", 1, 3, HEIGHT, WIDTH))
        .initializer("low", Tensor.ofFloats(new float[] {0}))
        .initializer("high", Tensor.ofFloats(new float[] {60}))
        .node(op, List.of(inputs), "y")
        .output(Value.float32("y", 1, 3, HEIGHT, WIDTH))
        .build();
  }

  /** The picture that the message names. */
  private static String written(ContractRun.Ended test) {
    Matcher file = Pattern.compile("largest: (\\S+error\\.png)").matcher(test.message());
    assertThat(file.find()).as(test.message()).isTrue();
    return file.group(1);
  }

  static final class BrokenHalves {
    @EquivalenceContract(
        reference = MODEL,
        candidates = {FOLDED, WRONG_HALF},
        precisions = "fp16",
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify(
          EquivalenceOptions.DEFAULT.withTolerance(Tolerance.NETWORK.withAgreement(0.9)));
    }
  }

  @Test
  void a_candidate_that_has_the_precision_is_taken_as_it_is() {
    assertThat(RealTypes.in(Path.of(WRONG_HALF))).contains(ElementType.FLOAT16);

    List<ContractRun.Ended> tests = ContractRun.of(BrokenHalves.class).tests();

    assertThat(tests)
        .extracting(ContractRun.Ended::outcome)
        .containsExactly("SUCCESSFUL", "FAILED");
    assertThat(tests.get(1).message())
        .contains("in fp16", "at least 0.9 is asked for", "The worst is sample ");
    assertThat(folder(BrokenHalves.class, "2-wrong-half.onnx-ort-cpu-fp16-random"))
        .isDirectoryNotContaining("glob:**/fp16.onnx");
  }

  static final class Photos {
    @EquivalenceContract(
        reference = COLORS,
        candidates = COLORS,
        precisions = {"fp32", "fp16", "int8"},
        inputs = {PHOTOS, PHOTOS + "0.png"},
        shapes = "1x3x14x20",
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify(
          EquivalenceOptions.DEFAULT.withTolerance(Tolerance.NETWORK.withAgreement(0.9)));
    }
  }

  @Test
  void inputs_come_from_files() {
    List<ContractRun.Ended> tests = ContractRun.of(Photos.class).tests();

    assertThat(tests).extracting(ContractRun.Ended::message).containsOnly("");
    assertThat(tests)
        .extracting(ContractRun.Ended::name)
        .hasSize(6)
        .contains("[5] %s on ort-cpu in int8, %s".formatted(COLORS, PHOTOS));
  }

  static final class TooStrict {
    @EquivalenceContract(
        reference = COLORS,
        candidates = COLORS,
        precisions = "int8",
        inputs = PHOTOS,
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify(
          EquivalenceOptions.DEFAULT
              .withShape("image", 1, 3, 14, 20)
              .withTolerance(Tolerance.NETWORK.withAgreement(1)));
    }
  }

  @Test
  void what_cannot_be_converted_well_enough_is_a_difference() {
    ContractRun.Ended test = ContractRun.of(TooStrict.class).tests().get(0);

    assertThat(test.outcome()).isEqualTo("FAILED");
    assertThat(test.type()).isEqualTo(AssertionError.class.getName());
    assertThat(test.message())
        .contains(COLORS, "in int8, %s:".formatted(Path.of(PHOTOS)), "TARGET WAS MISSED");
  }

  static final class NoKernel {
    @EquivalenceContract(
        reference = MODEL,
        candidates = FOLDED,
        precisions = "bf16",
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify();
    }
  }

  @Test
  void a_precision_that_an_engine_does_not_compute_is_skipped_with_the_reason() {
    ContractRun.Ended test = ContractRun.of(NoKernel.class).tests().get(0);

    assertThat(test.outcome()).isEqualTo("ABORTED");
    assertThat(test.message()).contains("ONNX Runtime CPU does not compute in bf16: ");
  }

  static final class OnNothing {
    @EquivalenceContract(
        reference = MODEL,
        candidates = FOLDED,
        engines = {MissingBackend.ID, "ort-cpu"},
        output = OUTPUT)
    void holds(EquivalenceCase contract) {
      contract.verify();
    }
  }

  @Test
  void an_engine_that_cannot_run_here_is_skipped_with_its_reason(@TempDir Path services)
      throws IOException {
    Path file = services.resolve("META-INF/services/" + Backend.class.getName());
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, MissingBackend.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    List<ContractRun.Ended> tests;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {services.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      tests = ContractRun.of(OnNothing.class).tests();
    } finally {
      thread.setContextClassLoader(before);
    }

    assertThat(tests)
        .extracting(ContractRun.Ended::outcome, ContractRun.Ended::message)
        .containsExactly(
            tuple("SKIPPED", "Planted Engine cannot run here: " + MissingBackend.REASON),
            tuple("SUCCESSFUL", ""));
  }

  static final class Nowhere {
    @EquivalenceContract(reference = MODEL, candidates = FOLDER + "nowhere.onnx", output = OUTPUT)
    void candidate(EquivalenceCase contract) {
      contract.verify();
    }

    @EquivalenceContract(
        reference = MODEL,
        candidates = MODEL,
        inputs = FOLDER + "nothing/",
        output = OUTPUT)
    void input(EquivalenceCase contract) {
      contract.verify();
    }
  }

  @Test
  void a_file_that_is_missing_is_an_error_that_names_it_and_where_paths_start() {
    List<ContractRun.Ended> tests = ContractRun.of(Nowhere.class).tests();

    assertThat(tests)
        .hasSize(2)
        .allSatisfy(
            test -> {
              assertThat(test.outcome()).isEqualTo("FAILED");
              assertThat(test.type()).isEqualTo("io.repfold.pipeline.PipelineException");
              assertThat(test.message())
                  .contains("there is no such file", Path.of("").toAbsolutePath().toString());
            });
    assertThat(tests)
        .extracting(ContractRun.Ended::message)
        .anyMatch(m -> m.startsWith(FOLDER + "nowhere.onnx: "))
        .anyMatch(m -> m.startsWith(FOLDER + "nothing: "));
  }

  static final class Forgotten {
    @EquivalenceContract(reference = MODEL, candidates = FOLDED, output = OUTPUT)
    void asks_for_a_case(EquivalenceCase contract) {
      assertThat(contract.engine()).isEqualTo("ort-cpu");
    }

    @EquivalenceContract(reference = MODEL, candidates = FOLDED, output = OUTPUT)
    void asks_for_nothing() {}
  }

  @Test
  void a_method_that_verifies_nothing_fails() {
    assertThat(ContractRun.of(Forgotten.class).tests())
        .hasSize(2)
        .allSatisfy(
            test -> {
              assertThat(test.outcome()).isEqualTo("FAILED");
              assertThat(test.message()).contains("without a call of EquivalenceCase.verify");
            });
  }

  static final class Misspelled {
    @EquivalenceContract(reference = MODEL, candidates = MODEL, engines = "ort_cpu")
    void engine(EquivalenceCase contract) {
      contract.verify();
    }

    @EquivalenceContract(reference = MODEL, candidates = MODEL, precisions = "fp8")
    void precision(EquivalenceCase contract) {
      contract.verify();
    }

    @EquivalenceContract(
        reference = MODEL,
        candidates = {})
    void candidates(EquivalenceCase contract) {
      contract.verify();
    }

    @EquivalenceContract(reference = MODEL, candidates = MODEL, shapes = "x=1x0")
    void shape(EquivalenceCase contract) {
      contract.verify();
    }
  }

  @Test
  void what_a_contract_names_wrongly_is_said_before_any_case() {
    ContractRun run = ContractRun.of(Misspelled.class);

    assertThat(run.tests()).isEmpty();
    List<String> messages =
        run.failedContainers().stream().map(ContractRun.Ended::message).sorted().toList();
    assertThat(messages).hasSize(4);
    for (String reason :
        List.of(
            "There is no engine 'ort_cpu'; there are ort-cpu",
            "There is no precision 'fp8'; there are fp32, fp16, bf16, int8",
            "The contract has no candidates",
            "'x=1x0' is no shape")) {
      assertThat(messages).anyMatch(message -> message.contains(reason));
    }
  }

  @Test
  void assertions_need_no_junit() throws Exception {
    URL[] others =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("junit-jupiter") && !entry.contains("junit-platform"))
            .filter(entry -> !entry.contains("opentest4j"))
            .map(entry -> url(Path.of(entry)))
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(others, ClassLoader.getPlatformClassLoader())) {
      assertThat(loader.getResource("org/junit/jupiter/api/Test.class")).isNull();
      Class<?> assertions = loader.loadClass(RepfoldAssertions.class.getName());

      assertions.getMethod("assertFolded", Path.class).invoke(null, Path.of(FOLDED));
      assertThat(assertions.getClassLoader()).isSameAs(loader);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
