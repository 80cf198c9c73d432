package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.WeightSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Parameters at 21 classes, added up from the tables and figures of the publications. */
class RealTimeCountsTest {
  private static final int CLASSES = 21;

  private static long count(String type) {
    return Networks.build(type, Map.of(), CLASSES, WeightSource.everywhere(0.5)).parameters();
  }

  /** A convolution without bias, and the scale and shift behind it. */
  private static long conv(long in, long out, long size) {
    return in * out * size * size + 2 * out;
  }

  private static long depthwise(long channels) {
    return conv(1, channels, 3);
  }

  private static long stdcBlock(long in, long out, boolean halves) {
    long all = conv(in, out / 2, 1) + conv(out / 2, out / 4, 3) + conv(out / 4, out / 8, 3);
    return all + conv(out / 8, out / 8, 3) + (halves ? depthwise(out / 2) : 0);
  }

  private static long stdc(List<Integer> blocks) {
    long all = conv(3, 32, 3) + conv(32, 64, 3);
    List<Integer> widths = List.of(64, 256, 512, 1024);
    for (int stage = 0; stage < 3; stage++) {
      int width = widths.get(stage + 1);
      all += stdcBlock(widths.get(stage), width, true);
      all += (blocks.get(stage) - 1) * stdcBlock(width, width, false);
    }
    return all;
  }

  /** Three 1 x 1 convolutions with biases, and one of 3 x 3. */
  private static long pyramid() {
    return 3 * (conv(1024, 128, 1) + 128) + conv(128, 128, 3) + 128;
  }

  private static long fusion(long encoded, long decoded, long out) {
    return conv(encoded, decoded, 3) + conv(decoded, out, 3) + conv(4, 2, 3) + conv(2, 1, 3);
  }

  private static long head(long in, long width) {
    return conv(in, width, 3) + width * CLASSES;
  }

  @Test
  void pp_liteseg_has_what_its_parts_have() {
    long tiny = fusion(1024, 128, 128) + fusion(512, 128, 64) + fusion(256, 64, 32);
    assertThat(count("PP-LiteSeg-T"))
        .isEqualTo(stdc(List.of(2, 2, 2)) + pyramid() + tiny + head(32, 32) + head(64, 64))
        .isEqualTo(8_066_720);
    long base = fusion(1024, 128, 128) + fusion(512, 128, 96) + fusion(256, 96, 64);
    assertThat(count("PP-LiteSeg-B"))
        .isEqualTo(stdc(List.of(4, 5, 3)) + pyramid() + base + head(64, 64) + head(96, 64))
        .isEqualTo(12_291_648);
  }

  private static long gather(long channels) {
    return conv(channels, channels, 3) + depthwise(6 * channels) + conv(6 * channels, channels, 1);
  }

  private static long halving(long in, long out) {
    long main = conv(in, in, 3) + 2 * depthwise(6 * in) + conv(6 * in, out, 1);
    return main + depthwise(in) + conv(in, out, 1);
  }

  private static long classifier(long in) {
    return in * CLASSES + CLASSES;
  }

  @Test
  void bisenet_v2_has_what_its_parts_have() {
    long detail = conv(3, 64, 3) + 4 * conv(64, 64, 3) + conv(64, 128, 3) + 2 * conv(128, 128, 3);
    long stem = conv(3, 16, 3) + conv(16, 8, 1) + conv(8, 16, 3) + conv(32, 16, 3);
    long stages = halving(16, 32) + gather(32) + halving(32, 64) + gather(64);
    stages += halving(64, 128) + 3 * gather(128);
    long embedding = 2 * 128 + conv(128, 128, 1) + conv(128, 128, 3);
    long aggregation = 2 * (depthwise(128) + 128 * 128) + 3 * conv(128, 128, 3);
    long head = conv(128, 1024, 3) + classifier(1024);
    long booster = conv(64, 128, 3) + conv(128, 256, 3) + classifier(256);
    assertThat(count("BiSeNetV2"))
        .isEqualTo(detail + stem + stages + embedding + aggregation + head + booster)
        .isEqualTo(3_735_482);
  }
}
