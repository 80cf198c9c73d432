package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.onnx.OnnxModel;
import io.repfold.weights.WeightsFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that PyTorch saved become models that compute what PyTorch computes. */
class ImportCommandTest {
  private static final String RESNET = "resnet18.pth";
  private static final Object[] SMALL = {"--network", "ResNet-18", "--args", "base_channels=2"};

  @TempDir Path folder;

  private static Path file(String name) {
    Path sample = Path.of("../samples/models", name);
    if (Files.exists(sample)) {
      return sample;
    }
    try {
      URL url = ImportCommandTest.class.getResource("/weights/" + name);
      return Path.of(Objects.requireNonNull(url).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CliRun run(Object file, Object[] network, Object... more) {
    Object[] line = new Object[2 + network.length + more.length];
    line[0] = "import";
    line[1] = file;
    System.arraycopy(network, 0, line, 2, network.length);
    System.arraycopy(more, 0, line, 2 + network.length, more.length);
    return CliRun.of(line);
  }

  /** As make_networks.py makes it. */
  private static NdArray image() {
    double[] values = new double[3 * 33 * 41];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 37 % 257 - 128) / 128.0;
    }
    return NdArray.of(values, 1, 3, 33, 41);
  }

  private static JsonNode expected(String name) throws IOException {
    try (InputStream stream = Files.newInputStream(file("networks.json"))) {
      return new ObjectMapper().readTree(stream).get(name);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "resnet18, torchvision and timm ResNet, base_channels=2",
    "diverse_resnet, ACNet and DBB, base_channels=2 repconv=dbb repconv_backbone=true rep_norm=false"
  })
  void what_pytorch_saved_computes_the_same_here(String name, String layout, String arguments)
      throws IOException {
    Path result = folder.resolve("model.onnx");
    Object[] given = ("--network ResNet-18 --args " + arguments).split(" ", -1);
    CliRun run = run(file(name + ".pth"), given, "-o", result);

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("read what is under 'model'")
        .contains("ResNet-18, 5 classes: took ")
        .contains("named as " + layout + " names them")
        .contains("Wrote " + result);
    OnnxModel model = OnnxModel.read(result);
    assertThat(model.graph().nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);
    assertThat(model.metadata()).doesNotContainKey("repfold.fold");
    NdArray scores = new Interpreter(model.graph()).run(Map.of("image", image())).get("logits");
    JsonNode wanted = expected(name);
    for (int i = 0; i < 5; i++) {
      assertThat(Objects.requireNonNull(scores).data()[i])
          .isCloseTo(wanted.get(i).asDouble(), within(1e-3));
    }
  }

  @Test
  void the_training_form_keeps_its_normalizations_and_is_a_start() {
    Path result = folder.resolve("train.onnx");
    assertThat(run(file(RESNET), SMALL, "--form", "train", "-o", result).code()).isZero();
    OnnxModel model = OnnxModel.read(result);
    assertThat(model.graph().nodes().stream().map(n -> n.op()))
        .filteredOn(Op.BatchNormalization.class::isInstance)
        .hasSize(20);
    assertThat(model.metadata()).containsEntry("repfold.architecture", "ResNet-18");
  }

  @Test
  void weights_become_safetensors_and_are_imported_from_there() {
    Path weights = folder.resolve("weights.safetensors");
    assertThat(CliRun.of("import", file(RESNET), "-o", weights).code()).isZero();
    assertThat(WeightsFile.read(weights).tensors())
        .isEqualTo(WeightsFile.read(file(RESNET)).tensors());
    Path first = folder.resolve("a.onnx");
    Path second = folder.resolve("b.onnx");
    assertThat(run(file(RESNET), SMALL, "-o", first).code()).isZero();
    assertThat(run(weights, SMALL, "-o", second).code()).isZero();
    assertThat(OnnxModel.read(second).graph()).isEqualTo(OnnxModel.read(first).graph());
  }

  @Test
  void what_does_not_fit_is_listed_and_nothing_is_written() {
    Path result = folder.resolve("model.onnx");
    Object[] deeper = {"--network", "ResNet-34", "--args", "base_channels=2"};
    CliRun run = run(file(RESNET), deeper, "-o", result);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "ResNet-34 of 5 classes does not fit the file, read as torchvision and timm ResNet")
        .contains("The file lacks 80: backbone.layer1.2.conv1.weight")
        .contains(" and 68 more");
    Object[] wider = {"--network", "ResNet-18", "--args", "base_channels=4"};
    run = run(file(RESNET), wider, "-o", result);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("Of another shape are")
        .contains("conv1.weight is FLOAT[2, 3, 7, 7], expected [4, 3, 7, 7]");
    Object[] shallower = {"--network", "RepVGG-A0"};
    run = run(file(RESNET), shallower, "-o", result);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("The network has no ").contains("(nearest is ");
    assertThat(result).doesNotExist();
  }

  @Test
  void a_lenient_import_starts_the_rest_anew_and_says_what() {
    Path result = folder.resolve("model.onnx");
    CliRun run = run(file(RESNET), SMALL, "--classes", 3, "--lenient", "-o", result);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("ResNet-18, 3 classes: took 100 tensors")
        .contains("Of another shape are 2: fc.bias is FLOAT[5], expected [3]");
    assertThat(run(file(RESNET), SMALL, "--classes", 3, "-o", result).code()).isEqualTo(2);
    Object[] other = {"--network", "FCN", "--args", "backbone=resnet18", "base_channels=2"};
    run = run(file(RESNET), other, "--lenient", "-o", result);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("no tensor of the classifier").contains("; give --classes\n");
  }

  @Test
  void the_file_of_weights_is_not_written_over() throws IOException {
    Path weights = folder.resolve("weights.pth");
    Files.copy(file(RESNET), weights);
    Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), weights);
    for (Path output : List.of(weights, link)) {
      CliRun run = run(weights, SMALL, "-o", output);
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("is the file of weights itself, which would be lost");
    }
    assertThat(weights).hasSameBinaryContentAs(file(RESNET));
    CliRun plan = run(weights, SMALL, "-o", folder.resolve("model.plan"));
    assertThat(plan.code()).isEqualTo(2);
    assertThat(plan.err()).contains("is a TensorRT plan by its name");
  }

  @Test
  void names_in_a_checkpoint_stay_on_their_line() throws IOException {
    Path weights = folder.resolve("weights.pdparams");
    String array =
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\u0000tC\u0001btR(K\u0001(K\u0001t"
            + "cnumpy\ndtype\n(X\u0002\u0000\u0000\u0000f4\u0089\u0088tR(K\u0003X\u0001\u0000\u0000\u0000<NNNJ"
            + "\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\u0000tb\u0089C\u0004\u0000\u0000\u0080?tb";
    String name = "e\u001b[2J\nWrote x";
    String key = "X" + (char) name.length() + "\u0000\u0000\u0000" + name;
    String pickle = "\u0080\u0004}(X\u0001\u0000\u0000\u0000w" + array + key + "Nu.";
    Files.write(weights, pickle.getBytes(StandardCharsets.ISO_8859_1));
    CliRun run = CliRun.of("import", weights, "-o", folder.resolve("weights.safetensors"));
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("entries that are no tensors are left out: e\\u001b[2J\\u000aWrote x\n");
  }

  @Test
  void what_would_execute_is_refused_by_its_name() throws IOException {
    Path hostile = folder.resolve("weights.pth");
    Path touched = folder.resolve("touched");
    String pickle = "\u0080\u0002cos\nsystem\n(S'touch " + touched + "'\ntR.";
    Files.write(hostile, pickle.getBytes(StandardCharsets.ISO_8859_1));
    CliRun run = run(hostile, SMALL, "-o", folder.resolve("model.onnx"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("os.system").contains("Nothing was executed");
    assertThat(touched).doesNotExist();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "-o x.onnx; --network says which network the weights are of; without it, -o ends in .safetensors",
        "-o x.safetensors --network FCN; with --network, the output is an ONNX model",
        "-o x.safetensors --classes 3; --args, --classes and --lenient go with --network",
        "-o x.onnx --network ResNet-19; there is no 'ResNet-19'; did you mean 'ResNet-18'?",
        "-o x.onnx --network ResNet-18 --args wide; --args wide: must be key=value, such as",
        "-o x.onnx --network ResNet-18 --args with=1; there is no 'with'",
        "-o x.onnx --network ResNet-18 --under ema; ema"
      })
  void mistakes_are_named(String options, String message) {
    Object[] line = options.replace("x.", folder.resolve("x") + ".").split(" ", -1);
    CliRun run = run(file(RESNET), line);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void networks_are_listed_and_told_of() {
    CliRun all = CliRun.of("networks");
    assertThat(all.code()).isZero();
    assertThat(all.out()).contains("RepPSP").contains("98,128,874").contains("arXiv:1612.01105");
    CliRun one = CliRun.of("networks", "DeepLabV3");
    assertThat(one.out())
        .contains("42,004,074 trained, 39,610,517 deployed")
        .contains("resnet18, resnet34, resnet50, resnet101, resnet152")
        .contains("head_conv")
        .contains("COCO");
    assertThat(CliRun.of("networks", "--json").out())
        .contains("\"type\" : \"LRASPP\"")
        .contains("\"multiplyAdds\" : ");
    assertThat(CliRun.of("networks", "LRASPP", "--json").out()).contains("\"head_width\"");
    CliRun unknown = CliRun.of("networks", "DeepLabV4");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("did you mean 'DeepLabV3'?");
  }
}
