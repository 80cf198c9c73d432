package io.repfold.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentImagesTest {
  @TempDir private Path folder;

  @Test
  void it_writes_a_mask_of_each_image_that_can_be_read() throws Exception {
    Path model = folder.resolve("model.onnx");
    OnnxModel.of(Nets.pointwise(4)).write(model);
    Path image = folder.resolve("a.jpg");
    ImageIO.write(new BufferedImage(150, 90, BufferedImage.TYPE_INT_RGB), "jpeg", image.toFile());
    Path masks = Files.createDirectory(folder.resolve("masks"));

    SegmentImages.main(
        new String[] {
          model.toString(), masks.toString(), image.toString(), folder.resolve("b.jpg").toString()
        });

    BufferedImage mask = ImageIO.read(masks.resolve("a.jpg.png").toFile());
    assertThat(mask.getWidth()).isEqualTo(150);
    assertThat(mask.getHeight()).isEqualTo(90);
    assertThat(masks.resolve("b.jpg.png")).doesNotExist();
  }
}
