package io.repfold.samples.garments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Composes scenes of several garments from Fashion-MNIST (Zalando SE, MIT licence) and writes them
 * in the layout of PASCAL VOC.
 *
 * <p>Scenes for training hold garments of Fashion-MNIST's training split only, scenes for
 * validation those of its test split; no garment appears twice. The same arguments give the same
 * files.
 */
public final class GarmentScenes {
  private static final List<String> CLASSES =
      List.of(
          "background",
          "t-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle boot");
  private static final long SEED = 20170825;

  private GarmentScenes() {}

  /**
   * Takes the folder of Fashion-MNIST's four gzipped IDX files, the folder to write, and the number
   * of scenes for training and for validation.
   */
  public static void main(String[] arguments) throws IOException {
    Path source = Path.of(arguments[0]);
    VocFolder target = new VocFolder(Path.of(arguments[1]));
    Files.createDirectories(target.root());
    target.writeClasses(CLASSES);
    writeSplit(target, "train", garments(source, "train"), Integer.parseInt(arguments[2]));
    writeSplit(target, "val", garments(source, "t10k"), Integer.parseInt(arguments[3]));
  }

  private static void writeSplit(VocFolder target, String split, List<Garment> garments, int count)
      throws IOException {
    Random random = new Random(SEED);
    Collections.shuffle(garments, random);
    Iterator<Garment> next = garments.iterator();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = "%s_%04d".formatted(split, i);
      target.writeScene(id, Scene.compose(next::next, random));
      ids.add(id);
    }
    target.writeSplit(split, ids);
  }

  private static List<Garment> garments(Path source, String split) throws IOException {
    IdxFile images = IdxFile.read(source.resolve(split + "-images-idx3-ubyte.gz"));
    IdxFile labels = IdxFile.read(source.resolve(split + "-labels-idx1-ubyte.gz"));
    return new ArrayList<>(
        IntStream.range(0, images.size())
            .mapToObj(i -> Garment.of(labels.item(i)[0], images.item(i)))
            .toList());
  }
}
