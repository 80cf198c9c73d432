package io.repfold.train;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Shapes;
import io.repfold.nets.Network;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;

/**
 * A data set of red and green rectangles, and a network with a backbone, a head, an auxiliary
 * output and dropouts that learns it within seconds.
 */
final class TinyRun {
  static final int CLASSES = 3;

  private static final int SIZE = 32;
  private static final int[] COLORS = {0x202040, 0xd03030, 0x30c030};

  private TinyRun() {}

  /**
   * Writes the data, the network and a configuration, and reads the latter.
   *
   * @param overrides as of {@code --set}
   */
  static TrainConfig config(Path folder, String... overrides) {
    return TrainConfig.read(write(folder), List.of(overrides));
  }

  /** Writes the data, the network and a configuration. */
  static Path write(Path folder) {
    try {
      Path data = folder.resolve("data");
      if (!Files.exists(data)) {
        Files.createDirectories(data);
        split(data, "train", 10, 1);
        split(data, "val", 5, 2);
        network().write(folder.resolve("net.onnx"));
      }
      String loader =
          """
          {"type": "ListFile", "args": {"data_dir": "%s", "split": "%s", "batch_size": 2,
           "crop_size": 32, "num_classes": 3, "class_names": ["ground", "red", "green"],
           "num_workers": 1, %s}}""";
      String train = loader.formatted(data, "train", "\"augment\": true, \"shuffle\": true");
      String val = loader.formatted(data, "val", "\"val\": true");
      return Files.writeString(
          folder.resolve("config.json"),
          """
          {"name": "tiny", "start_from": "%s", "seed": 3, "threads": 1,
           "train_loader": %s, "val_loader": %s,
           "optimizer": {"type": "SGD", "args": {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-4}},
           "trainer": {"epochs": 3, "save_dir": "%s", "save_period": 2, "log_per_iter": 2,
                       "tensorboard": false}}
          """
              .formatted(folder.resolve("net.onnx"), train, val, folder.resolve("saved")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void split(Path data, String name, int count, long seed) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
      BufferedImage labels = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
      for (int c = 0; c < CLASSES; c++) {
        int x = c == 0 ? 0 : random.nextInt(16);
        int y = c == 0 ? 0 : random.nextInt(16);
        int side = c == 0 ? SIZE : 8 + random.nextInt(8);
        fill(image, new Color(COLORS[c]), x, y, side);
        for (int p = 0; p < side * side; p++) {
          labels.getRaster().setSample(x + p % side, y + p / side, 0, c);
        }
      }
      ImageIO.write(image, "png", data.resolve(name + i + ".png").toFile());
      ImageIO.write(labels, "png", data.resolve(name + i + "_labels.png").toFile());
      lines.add("%s%d.png %s%d_labels.png".formatted(name, i, name, i));
    }
    Files.write(data.resolve(name + ".txt"), lines);
  }

  private static void fill(BufferedImage image, Color color, int x, int y, int side) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(x, y, side, side);
    graphics.dispose();
  }

  static OnnxModel network() {
    GraphBuilder b = new GraphBuilder("tiny", WeightSource.he(5));
    String x = b.input("image", Shapes.anyImages(3));
    GraphBuilder backbone = b.scope("backbone");
    String features = backbone.relu(backbone.convBn(x, 8, Kernel.of(3), 1));
    String rate = b.initializer("rate", Tensor.ofFloats(new float[] {0.1f}));
    Op dropout = new Op.Dropout(OptionalDouble.empty());
    GraphBuilder head = b.scope("head");
    String dropped = head.named("drop").op("drop", dropout, List.of(features, rate), 8);
    String deeper = head.relu(head.convBn(dropped, 8, Kernel.of(3), 1));
    b.output(b.named("logits").biasedConv(deeper, CLASSES, Kernel.of(1), 1));
    GraphBuilder side = b.scope("side");
    String masked = side.named("drop").op("drop", dropout, List.of(features, rate), 8);
    b.output(b.named("auxiliary").biasedConv(masked, CLASSES, Kernel.of(1), 1));
    Graph graph = b.build();
    NetworkMetadata traits =
        new NetworkMetadata(
            "Tiny", CLASSES, Optional.of("auxiliary"), "backbone.", Set.of(nameOf(graph, masked)));
    return new Network(graph, traits).model();
  }

  private static String nameOf(Graph graph, String value) {
    return graph.producer(value).map(Node::name).orElseThrow();
  }
}
