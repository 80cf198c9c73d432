package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.data.LabelMap;
import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class MaskGridTest {
  private static final int WHITE = 0xffffffff;

  @Test
  void images_and_label_maps_stand_side_by_side_enlarged() throws IOException {
    RgbImage image = new RgbImage(1, 2, new byte[] {10, 20, 30, (byte) 200, 100, 50});
    LabelMap labels = LabelMap.of(1, 2, new int[] {1, 0});

    BufferedImage drawn = MaskGrid.draw(List.of(new MaskGrid.Row(image, List.of(labels))), 3);
    BufferedImage grid = ImageIO.read(new ByteArrayInputStream(MaskGrid.png(drawn)));

    assertThat(grid.getWidth()).isEqualTo(8 + 2 * (6 + 8));
    assertThat(grid.getHeight()).isEqualTo(8 + 3 + 8);
    assertThat(grid.getRGB(0, 0)).isEqualTo(WHITE);
    assertThat(grid.getRGB(8, 8)).isEqualTo(0xff0a141e);
    assertThat(grid.getRGB(10, 10)).isEqualTo(0xff0a141e);
    assertThat(grid.getRGB(11, 8)).isEqualTo(0xffc86432);
    assertThat(grid.getRGB(14, 8)).isEqualTo(WHITE);
    assertThat(grid.getRGB(22, 8)).isEqualTo(0xff800000);
    assertThat(grid.getRGB(25, 8)).isEqualTo(0xff000000);
  }
}
