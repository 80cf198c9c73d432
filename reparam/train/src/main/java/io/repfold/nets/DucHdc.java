package io.repfold.nets;

import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Dense upsampling and hybrid dilated convolutions (Wang et al., "Understanding Convolution for
 * Semantic Segmentation", WACV 2018, arXiv:1702.08502) on a {@link ResNet}: dilations that change
 * from block to block leave no gaps, and channels become pixels in place of a resize.
 */
final class DucHdc {
  private static final ResNet.Published BACKBONE = new ResNet.Published(false, 8, false);
  private static final List<Integer> RATES = List.of(6, 12, 18, 24, 36);

  private DucHdc() {}

  static Network build(Construction c, NamedArguments a) {
    String name = a.choice("backbone", "resnet101", ResNet.names());
    ResNet backbone = ResNet.read(a, name, c.baseChannels(64), BACKBONE);
    backbone.requireOutputStride(a, 8, "as its channels become just as many pixels");
    if (!backbone.multiGrid().isEmpty()) {
      throw a.wrong("multi_grid", "left out, as 'bigger' chooses the dilations");
    }
    boolean bigger = a.flag("bigger", false);
    boolean aligned = a.flag("align_corners", true);
    boolean active = a.flag("relu_logits", false);
    DeepLabDecoder decoder = DeepLabDecoder.read(c, a, 4 * backbone.baseChannels());
    int width = decoder.width();
    Layers root = c.start();
    ResNet.Maps maps =
        backbone.append(
            root.in(Construction.BACKBONE),
            c.image(),
            cycle(bigger ? List.of(1, 2, 5, 9) : List.of(1, 2, 3), backbone.blocks(3), bigger),
            cycle(bigger ? List.of(5, 9, 17) : List.of(3, 4, 5), backbone.blocks(4), bigger));
    Layers aspp = root.in("aspp");
    String x = new Aspp(RATES, width, aligned).append(aspp, maps.last());
    x = aspp.in("project").active(x, Conv.of(width, 1));
    Layers l = root.in("head");
    GraphBuilder b = l.graph();
    String channels = b.relu(upsampled(l.in("duc"), x, width, 2));
    String dense = b.op("pixels", new Op.DepthToSpace(2, true), List.of(channels), width);
    String y =
        decoder.append(
            l, maps.first(), low -> Sizes.crop(b, "cropped", dense, low, 0), c.classes());
    String scores = upsampled(root.in("duc_out"), y, c.classes(), 4);
    GraphBuilder out = root.in("duc_out").graph();
    scores = active ? out.relu(scores) : scores;
    scores = out.op("pixels", new Op.DepthToSpace(4, true), List.of(scores), c.classes());
    c.logits(Sizes.crop(root.graph(), "logits", scores, c.image(), 0));
    return c.network();
  }

  /** Channels for each pixel of a larger map. */
  private static String upsampled(Layers l, String x, int channels, int factor) {
    return l.norm(x, Conv.of(channels * factor * factor, 1));
  }

  /** The dilations again and again; what is left at the end goes on, or has the middle one. */
  private static List<Integer> cycle(List<Integer> dilations, int count, boolean goesOn) {
    int size = dilations.size();
    int whole = count / size * size;
    return IntStream.range(0, count)
        .mapToObj(i -> dilations.get(goesOn || i < whole ? i % size : size / 2))
        .toList();
  }
}
