package io.repfold.nets;

import static io.repfold.config.Bounds.below;

import io.repfold.blocks.RepKind;
import io.repfold.config.NamedArguments;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The pyramid scene parsing network (Zhao et al., CVPR 2017, arXiv:1612.01105) on a {@link
 * DilatedResNet}. Its means over 1, 4, 9 and 36 regions are resized to the features' size and
 * joined to them; one 3 x 3 convolution merges all.
 *
 * <p>That convolution and the auxiliary head's may be Rep blocks, and so may the 3 x 3 convolutions
 * of the backbone.
 *
 * @param defaultKind kind of the heads' 3 x 3 convolutions
 */
record PspNet(String type, RepKind defaultKind) implements Architecture {
  private static final String BACKBONE = "backbone";
  private static final List<Integer> BINS = List.of(1, 2, 3, 6);
  private static final double SHIFT_OF_HEADS = 1e-4;

  static PspNet plain() {
    return new PspNet("PSPNet", RepKind.PLAIN);
  }

  static PspNet rep() {
    return new PspNet("RepPSP", RepKind.DBB);
  }

  @Override
  public Network build(NamedArguments arguments, int classes, WeightSource weights) {
    Options options = Options.read(arguments, defaultKind);
    WeightSource all = Pretrained.over(weights, options.pretrained(), BACKBONE + ".");
    return new Construction(new GraphBuilder(type, all), options, classes).network(type);
  }

  /** The backbone's kernels by fan-out, the heads' by fan-in, whose shifts are not quite 0. */
  @Override
  public WeightSource initialWeights(long seed) {
    WeightSource backbone = WeightSource.normal(seed, WeightSource.Fan.OUT);
    WeightSource heads = WeightSource.normal(seed, WeightSource.Fan.IN);
    return (name, role, dims) -> {
      if (name.startsWith(BACKBONE + ".")) {
        return backbone.values(name, role, dims);
      }
      double[] values = heads.values(name, role, dims);
      if (role == WeightSource.Role.BETA) {
        Arrays.fill(values, SHIFT_OF_HEADS);
      }
      return values;
    };
  }

  /** What {@code arch.args} says. */
  private record Options(
      int inChannels,
      DilatedResNet backbone,
      RepSite site,
      boolean auxiliary,
      double dropout,
      String pyramidCoordinates,
      String logitsCoordinates,
      Optional<String> pretrained,
      Network.Freezing freezing) {
    static Options read(NamedArguments a, RepKind defaultKind) {
      String backbone = a.choice("backbone", "resnet50", DilatedResNet.names());
      RepSite site = SharedArguments.site(a, defaultKind);
      int depth = Integer.parseInt(backbone.substring("resnet".length()));
      Options options =
          new Options(
              a.integer("in_channels", SharedArguments.CHANNELS).orElse(3),
              new DilatedResNet(
                  depth,
                  a.integer("base_channels", SharedArguments.CHANNELS).orElse(64),
                  a.flag("contract_dilation", true),
                  a.flag("repconv_backbone", false) ? site : RepSite.PLAIN),
              site,
              a.flag("use_aux", true),
              a.number("dropout", below(0, 1)).orElse(0.1),
              coordinates(a.flag("align_corners_pyramid", true)),
              coordinates(a.flag("align_corners_logits", false)),
              SharedArguments.pretrained(a),
              SharedArguments.freezing(a));
      a.finish();
      return options;
    }

    private static String coordinates(boolean alignsCorners) {
      return alignsCorners ? "align_corners" : "half_pixel";
    }
  }

  /** The graph as it grows. */
  private static final class Construction {
    private final GraphBuilder b;
    private final Options options;
    private final int classes;
    private final Set<String> channelDropouts = new HashSet<>();

    Construction(GraphBuilder b, Options options, int classes) {
      this.b = b;
      this.options = options;
      this.classes = classes;
    }

    Network network(String type) {
      String image = Images.input(b, options.inChannels());
      DilatedResNet.Maps maps = options.backbone().append(b.scope(BACKBONE), image);
      int width = b.channels(maps.last()) / BINS.size();
      String joined = pyramid(b.scope("pyramid"), maps.last(), width);
      b.output(head("logits", b.scope("head"), joined, width, image));
      Optional<String> auxiliary = Optional.empty();
      if (options.auxiliary()) {
        GraphBuilder scope = b.scope("auxiliary_head");
        auxiliary = Optional.of(head("auxiliary", scope, maps.middle(), width, image));
        auxiliary.ifPresent(b::output);
      }
      NetworkMetadata traits =
          new NetworkMetadata(type, classes, auxiliary, BACKBONE + ".", channelDropouts);
      return new Network(b.build(), traits, options.freezing());
    }

    private String pyramid(GraphBuilder scope, String x, int width) {
      List<String> levels = new ArrayList<>(List.of(x));
      for (int bins : BINS) {
        GraphBuilder level = scope.scope("bin" + bins);
        String pooled = level.named("pool").adaptiveAveragePool(x, bins);
        String reduced = level.relu(level.convBn(pooled, width, Kernel.of(1), 1));
        levels.add(level.resizeLike(reduced, x, "linear", options.pyramidCoordinates()));
      }
      return scope.concat(levels);
    }

    private String head(String name, GraphBuilder scope, String x, int width, String image) {
      String y = scope.relu(options.site().append(scope, x, width, Kernel.of(3)));
      if (options.dropout() > 0) {
        y = scope.dropout(y, options.dropout());
        channelDropouts.add(y);
      }
      String scores = scope.named("classifier").biasedConv(y, classes, Kernel.of(1), 1);
      return b.named(name).resizeLike(scores, image, "linear", options.logitsCoordinates());
    }
  }
}
