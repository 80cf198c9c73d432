package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.nets.Network;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A configuration as pytorch-segmentation has it for PASCAL VOC trains each of that trainer's
 * networks; only sizes are set to others.
 */
@Tag("slow")
class PublishedConfigurationTest {
  private static final Path CONFIG = Path.of("src/test/resources/config/voc.json");
  private static final List<String> TYPES =
      List.of(
          "FCN8",
          "UNet",
          "UNetResnet",
          "SegNet",
          "SegResNet",
          "ENet",
          "GCN",
          "UperNet",
          "PSPNet",
          "PSPDenseNet",
          "DeepLab",
          "DeepLab_DUC_HDC",
          "RepENet",
          "RepPSP",
          "RepPSPDense",
          "RepDeepLab",
          "RepDUCHDC");
  private static final List<String> KINDS = List.of("acb", "dbb", "dbb2", "dbb3", "dbb4", "repvgg");

  @TempDir private static Path folder;

  @BeforeAll
  static void four_images_lie_as_those_of_voc_do() throws IOException {
    Path root = folder.resolve("data/VOCdevkit/VOC2012");
    Path lists = Files.createDirectories(root.resolve("ImageSets/Segmentation"));
    List<String> names = List.of("2007_000032", "2007_000039", "2007_000063", "2007_000068");
    for (int i = 0; i < names.size(); i++) {
      BufferedImage image = rectangle(BufferedImage.TYPE_INT_RGB, new Color(0x40 << i));
      write(image, root, "JPEGImages", names.get(i) + ".jpg");
      BufferedImage labels = rectangle(BufferedImage.TYPE_BYTE_GRAY, Color.BLACK);
      labels
          .getRaster()
          .setSamples(20, 10, 30, 30, 0, IntStream.range(0, 900).map(p -> 7).toArray());
      write(labels, root, "SegmentationClass", names.get(i) + ".png");
      write(labels, root, "SegmentationClassAug", names.get(i) + ".png");
    }
    Files.write(
        lists.resolve("train_aug.txt"),
        names.stream()
            .map("/JPEGImages/%1$s.jpg /SegmentationClassAug/%1$s.png"::formatted)
            .toList());
    Files.write(lists.resolve("val.txt"), names.subList(0, 2));
  }

  private static BufferedImage rectangle(int type, Color color) {
    BufferedImage image = new BufferedImage(75, 50, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(20, 10, 30, 30);
    graphics.dispose();
    return image;
  }

  private static void write(BufferedImage image, Path root, String part, String name)
      throws IOException {
    Path file = Files.createDirectories(root.resolve(part)).resolve(name);
    assertThat(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()))
        .isTrue();
  }

  static Stream<Arguments> runs() {
    return IntStream.range(0, TYPES.size())
        .mapToObj(i -> Arguments.of(TYPES.get(i), KINDS.get(i % KINDS.size())));
  }

  /** The backbone of the configuration, where the network has it. */
  private static Optional<String> backbone(String type) {
    List<String> backbones = Networks.backbones(type);
    return backbones.isEmpty() || backbones.contains("resnet50")
        ? backbones.stream().filter("resnet50"::equals).findFirst()
        : Optional.of("densenet121");
  }

  private static TrainConfig small(String type, String kind, String... others) {
    List<String> sets = new ArrayList<>();
    sets.add("arch.type=" + type);
    sets.add("arch.args.repconv=" + kind);
    sets.add("arch.args.base_channels=4");
    sets.add("arch.args.backbone=" + backbone(type).orElse("null"));
    for (String loader : List.of("train_loader", "val_loader")) {
      sets.add(loader + ".args.data_dir=" + folder.resolve("data"));
      sets.add(loader + ".args.crop_size=48");
      sets.add(loader + ".args.batch_size=4");
      sets.add(loader + ".args.num_workers=0");
    }
    sets.add("train_loader.args.base_size=50");
    sets.add("threads=1");
    sets.add("trainer.epochs=1");
    sets.add("trainer.save_dir=" + folder.resolve("saved"));
    sets.add("trainer.log_dir=" + folder.resolve("runs"));
    sets.addAll(List.of(others));
    return TrainConfig.read(CONFIG, sets);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("runs")
  void every_network_is_trained_and_deployed(String type, String kind) {
    TrainConfig config = small(type, kind);
    Path run = folder.resolve(type);

    try (Trainer trainer = Trainer.begin(config, Optional.of(run), new TrainingListener() {})) {
      Trainer.Outcome outcome = trainer.run();
      assertThat(outcome.epochs()).isEqualTo(1);
      assertThat(outcome.best()).isBetween(0.0, 1.0);
    }

    assertThat(run.resolve("last.onnx")).isRegularFile();
    assertSameForm(OnnxModel.read(run.resolve("best.onnx")), plain(type));
  }

  @Test
  void blocks_stand_where_the_configuration_says() {
    TrainConfig config =
        small(
            "DeepLab",
            "{\"kind\": \"dbb\", \"where\": \"aspp.*\"}",
            "train_loader.args.drop_last=true");

    try (Trainer trainer =
        Trainer.begin(config, Optional.of(folder.resolve("where")), new TrainingListener() {})) {
      trainer.run();
    }

    OnnxModel trained = OnnxModel.read(folder.resolve("where").resolve("best.onnx"));
    assertThat(trained.graph().initializers().keySet())
        .contains("aspp.rate6.conv.kxk.conv.weight", "head.conv1.weight");
    assertSameForm(trained, plain("DeepLab"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "FCN8 | 'backbone' must be left out (--set arch.args.backbone=null), as all layers of FCN8 are its own, found \"resnet50\"",
        "RepENet | 'backbone' must be left out (--set arch.args.backbone=null), as all layers of RepENet are its own, found \"resnet50\"",
        "PSPDenseNet | 'backbone' must be one of densenet121, densenet161, densenet169, densenet201, found \"resnet50\""
      })
  void a_backbone_that_a_network_cannot_have_is_refused(String type, String message) {
    TrainConfig config = small(type, "acb", "arch.args.backbone=resnet50");

    assertThatThrownBy(() -> begin(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("arch.args of %s: %s", type, message);
  }

  @Test
  void a_batch_of_one_image_is_refused_before_there_is_a_folder() {
    String batches = "train_loader.args.batch_size=";
    assertThatThrownBy(() -> begin(small("DeepLab", "acb", batches + 3)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "train_loader: 4 images make a last batch of one, of which BatchNormalization 'aspp.pool.bn' has one value a channel; set 'drop_last' to true, or another batch_size than 3");
    assertThatThrownBy(() -> begin(small("PSPNet", "acb", batches + 1)))
        .hasMessageContaining(
            "train_loader: 'batch_size' must be at least 2, as BatchNormalization 'pyramid.bin1.bn' has one value a channel of a single image; or set arch.args.freeze_bn");
    begin(small("DeepLab", "acb", batches + 3, "train_loader.args.drop_last=true"));
    begin(small("DeepLab", "acb", batches + 1, "arch.args.freeze_bn=true"));
    begin(small("UNet", "acb", batches + 1));
  }

  private static void begin(TrainConfig config) {
    Trainer.begin(config, Optional.empty(), new TrainingListener() {}).close();
  }

  static Stream<Arguments> forms() {
    return TYPES.stream().flatMap(type -> KINDS.stream().map(kind -> Arguments.of(type, kind)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("forms")
  void every_rep_form_folds_to_the_plain_network(String type, String kind) {
    assertSameForm(built(type, kind), plain(type));
  }

  private static OnnxModel plain(String type) {
    return built(type, "none");
  }

  private static OnnxModel built(String type, String kind) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    backbone(type).ifPresent(name -> arguments.put("backbone", name));
    arguments.put("base_channels", 4);
    arguments.put("repconv", kind);
    return Networks.build(type, arguments, 21, WeightSource.random(3)).model();
  }

  private static void assertSameForm(OnnxModel trained, OnnxModel plain) {
    Graph folded = Folder.fold(Deployment.inference(trained).graph()).graph();
    Graph expected = Folder.fold(Deployment.inference(plain).graph()).graph();
    assertThat(convolutions(folded)).containsExactlyInAnyOrderElementsOf(convolutions(expected));
    assertThat(norms(folded)).isEqualTo(norms(expected));
    assertThat(Network.parameters(folded)).isEqualTo(Network.parameters(expected));
  }

  private static List<Op> convolutions(Graph graph) {
    return graph.nodes().stream().map(Node::op).filter(op -> op instanceof Op.Conv).toList();
  }

  private static long norms(Graph graph) {
    return graph.nodes().stream().filter(n -> n.op() instanceof Op.BatchNormalization).count();
  }
}
