package io.repfold.nets;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A classifier of 3 x 3 Rep blocks and ReLUs alone (Ding et al., "RepVGG", CVPR 2021,
 * arXiv:2101.03697, table 2). Each stage begins with a stride of 2; every second block is a grouped
 * one.
 *
 * @param variant such as {@code B1g4}
 * @param blocks number of blocks of stages 1 to 4; stage 0 is one block
 * @param width factor of the channels of stages 0 to 3
 * @param lastWidth factor of the channels of stage 4
 * @param groups of every second block after stage 0
 */
record RepVgg(String variant, List<Integer> blocks, double width, double lastWidth, int groups)
    implements Architecture {
  private static final String BACKBONE = "backbone";
  private static final List<Integer> SHALLOW = List.of(2, 4, 14, 1);
  private static final List<Integer> DEEP = List.of(4, 6, 16, 1);

  static List<RepVgg> all() {
    List<RepVgg> all = new ArrayList<>();
    all.add(new RepVgg("A0", SHALLOW, 0.75, 2.5, 1));
    all.add(new RepVgg("A1", SHALLOW, 1, 2.5, 1));
    all.add(new RepVgg("A2", SHALLOW, 1.5, 2.75, 1));
    all.add(new RepVgg("B0", DEEP, 1, 2.5, 1));
    addGrouped(all, "B1", 2, 4);
    addGrouped(all, "B2", 2.5, 5);
    addGrouped(all, "B3", 3, 5);
    return all;
  }

  private static void addGrouped(List<RepVgg> all, String name, double width, double lastWidth) {
    all.add(new RepVgg(name, DEEP, width, lastWidth, 1));
    all.add(new RepVgg(name + "g2", DEEP, width, lastWidth, 2));
    all.add(new RepVgg(name + "g4", DEEP, width, lastWidth, 4));
  }

  @Override
  public String type() {
    return "RepVGG-" + variant;
  }

  @Override
  public WeightSource initialWeights(long seed) {
    return WeightSource.normal(seed, WeightSource.Fan.IN);
  }

  @Override
  public Network build(NamedArguments arguments, int classes, WeightSource weights) {
    RepKind kind = SharedArguments.kind(arguments, RepKind.REPVGG);
    int inChannels = arguments.integer("in_channels", SharedArguments.CHANNELS).orElse(3);
    int baseChannels = arguments.integer("base_channels", SharedArguments.CHANNELS).orElse(64);
    Optional<String> pretrained = SharedArguments.pretrained(arguments);
    Network.Freezing freezing = SharedArguments.freezing(arguments);
    arguments.finish();
    WeightSource all = Pretrained.over(weights, pretrained, BACKBONE + ".");
    GraphBuilder b = new GraphBuilder(type(), all);
    String image = Images.input(b, inChannels);
    String x = stages(b.scope(BACKBONE), image, kind, baseChannels);
    String features = b.flatten(b.globalAveragePool(x));
    b.output(b.named("logits").linear(features, classes));
    NetworkMetadata traits =
        new NetworkMetadata(type(), classes, Optional.empty(), BACKBONE + ".", Set.of());
    return new Network(b.build(), traits, freezing);
  }

  private String stages(GraphBuilder b, String image, RepKind kind, int baseChannels) {
    int first = (int) Math.min(baseChannels, width * baseChannels);
    String x = block(b.scope("stage0").scope("0"), image, kind, first, 2, 1);
    int position = 1;
    for (int stage = 1; stage <= 4; stage++) {
      double factor = stage == 4 ? lastWidth : width;
      int channels = (int) (factor * (baseChannels << (stage - 1)));
      for (int i = 0; i < blocks.get(stage - 1); i++, position++) {
        GraphBuilder scope = b.scope("stage" + stage).scope(Integer.toString(i));
        x = block(scope, x, kind, channels, i == 0 ? 2 : 1, position % 2 == 0 ? groups : 1);
      }
    }
    return x;
  }

  private static String block(
      GraphBuilder b, String x, RepKind kind, int channels, int stride, int groups) {
    Kernel kernel = Kernel.of(3).withStride(stride);
    return b.relu(RepBlocks.append(b, x, RepSpec.of(kind, channels, kernel).withGroups(groups)));
  }
}
