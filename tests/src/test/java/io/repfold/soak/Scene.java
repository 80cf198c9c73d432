package io.repfold.soak;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import io.repfold.image.ImageSource;
import io.repfold.kit.Shapes;
import io.repfold.onnx.OnnxModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A network and images of many sizes. */
final class Scene {
  private static final int[][] SIZES = {
    {1, 1},
    {1, 61},
    {53, 1},
    {7, 11},
    {31, 37},
    {64, 64},
    {97, 41},
    {100, 160},
    {127, 113},
    {160, 96},
    {181, 199},
    {240, 320}
  };

  private Scene() {}

  /** Two dilated convolutions at half the size, for images of any size. */
  static Path network(Path file, long seed) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(seed));
    String x = b.input("image", Shapes.anyImages(3));
    String stem = b.relu(b.conv(x, 16, Kernel.of(3).withStride(2), 1));
    String body = b.relu(b.conv(stem, 16, Kernel.of(3).withDilation(2), 1));
    b.output(b.named("scores").conv(body, 7, Kernel.of(1), 1));
    OnnxModel.of(b.build()).write(file);
    return file;
  }

  /** PNG and JPEG files in memory, named by their place in the list. */
  static List<ImageSource> images() throws IOException {
    List<ImageSource> images = new ArrayList<>();
    Random random = new Random(1);
    for (int[] size : SIZES) {
      BufferedImage image = new BufferedImage(size[1], size[0], BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < size[0] * size[1]; i++) {
        image.setRGB(i % size[1], i / size[1], random.nextInt(1 << 24));
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, images.size() % 2 == 0 ? "png" : "jpeg", bytes);
      images.add(ImageSource.of(Integer.toString(images.size()), bytes.toByteArray()));
    }
    return images;
  }
}
