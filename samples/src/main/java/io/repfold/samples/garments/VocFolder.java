package io.repfold.samples.garments;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Writes scenes as PASCAL VOC keeps its segmentation data. */
record VocFolder(Path root) {
  private static final float QUALITY = 0.85f;

  void writeScene(String id, Scene scene) throws IOException {
    Path image = Files.createDirectories(root.resolve("JPEGImages")).resolve(id + ".jpg");
    var gray = new BufferedImage(Scene.SIZE, Scene.SIZE, BufferedImage.TYPE_BYTE_GRAY);
    fill(gray, scene.pixels());
    writeJpeg(image, gray);

    Path mask = Files.createDirectories(root.resolve("SegmentationClass")).resolve(id + ".png");
    var labels =
        new BufferedImage(Scene.SIZE, Scene.SIZE, BufferedImage.TYPE_BYTE_INDEXED, palette());
    fill(labels, scene.labels());
    ImageIO.write(labels, "png", mask.toFile());
  }

  void writeSplit(String split, List<String> ids) throws IOException {
    Path folder = Files.createDirectories(root.resolve("ImageSets/Segmentation"));
    Files.writeString(folder.resolve(split + ".txt"), String.join("\n", ids) + "\n");
  }

  void writeClasses(List<String> names) throws IOException {
    Files.writeString(root.resolve("classes.txt"), String.join("\n", names) + "\n");
  }

  private static void fill(BufferedImage image, byte[] values) {
    byte[] raster = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    System.arraycopy(values, 0, raster, 0, values.length);
  }

  private static void writeJpeg(Path file, BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(QUALITY);
    Files.deleteIfExists(file);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
  }

  /** The colors of PASCAL VOC: the bits of a label, lowest first, become high bits of R, G, B. */
  private static IndexColorModel palette() {
    byte[][] channels = new byte[3][256];
    for (int label = 0; label < 256; label++) {
      for (int bit = 0; bit < 8; bit++) {
        int set = label >> bit & 1;
        channels[bit % 3][label] |= (byte) (set << (7 - bit / 3));
      }
    }
    return new IndexColorModel(8, 256, channels[0], channels[1], channels[2]);
  }
}
