package io.repfold.nets;

import io.repfold.blocks.RepKind;
import io.repfold.config.NamedArguments;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network as it is built: the arguments that all networks have, the graph from the image to the
 * scores, and what a trainer must know of it.
 *
 * <p>A network reads its own arguments, calls {@link #start} and appends its layers.
 */
final class Construction {
  /** The scope of the parameters that come from a pretrained file. */
  static final String BACKBONE = "backbone";

  private final String type;
  private final int classes;
  private final NamedArguments arguments;
  private final WeightSource weights;
  private final RepKind kind;
  private final List<Value> outputs = new ArrayList<>();
  private Optional<Parts> parts = Optional.empty();
  private Optional<String> auxiliary = Optional.empty();

  /** What there is after the start. */
  private record Parts(
      Layers layers, RepSites sites, String image, List<Dim> dims, Network.Freezing freezing) {}

  /**
   * @param kind of the Rep blocks where {@code repconv} does not say one
   */
  Construction(
      String type, NamedArguments arguments, int classes, WeightSource weights, RepKind kind) {
    this.type = type;
    this.arguments = arguments;
    this.classes = classes;
    this.weights = weights;
    this.kind = kind;
  }

  int classes() {
    return classes;
  }

  /** {@code base_channels}: what all widths of the network are multiples of. */
  int baseChannels(int published) {
    return width("base_channels", published);
  }

  /** A number of channels. */
  int width(String name, int published) {
    return arguments.integer(name, SharedArguments.CHANNELS).orElse(published);
  }

  /** Reads the arguments that all networks share, after which there may be no other. */
  Layers start() {
    int inChannels = width("in_channels", 3);
    RepSites sites = RepSites.read(arguments, kind);
    Optional<String> pretrained = SharedArguments.pretrained(arguments);
    Network.Freezing freezing = SharedArguments.freezing(arguments);
    requireNoForeignBackbone();
    arguments.finish();
    GraphBuilder b = new GraphBuilder(type, Pretrained.over(weights, pretrained, BACKBONE + "."));
    List<Dim> dims =
        List.of(new Dim.Symbol("N"), Dim.of(inChannels), new Dim.Symbol("H"), new Dim.Symbol("W"));
    String image = b.input("image", new Shape(dims));
    Layers layers = new Layers(b, sites);
    parts = Optional.of(new Parts(layers, sites, image, dims, freezing));
    return layers;
  }

  /** Configurations of other networks have one, which must not be read without effect. */
  private void requireNoForeignBackbone() {
    String name = SharedArguments.BACKBONE;
    if (arguments.names().contains(name) && !arguments.known().contains(name)) {
      throw arguments.wrong(
          name,
          "left out (--set arch.args.backbone=null), as all layers of %s are its own"
              .formatted(type));
    }
  }

  private Parts parts() {
    return parts.orElseThrow(() -> new IllegalStateException("start() comes first"));
  }

  /** The input {@code image [N, channels, H, W]}, of any size. */
  String image() {
    return parts().image();
  }

  private GraphBuilder graph() {
    return parts().layers().graph();
  }

  /** The scores, resized to the image's size, are the output {@code logits}. */
  void logits(String scores, boolean alignCorners) {
    pixelScores("logits", resized("logits", scores, alignCorners));
  }

  /** The scores, of the image's size, are the output {@code logits}. */
  void logits(String scores) {
    boolean named = scores.equals("logits");
    pixelScores("logits", named ? scores : graph().named("logits").identity(scores));
  }

  /** The scores, resized to the image's size, are an output with a loss of its own in training. */
  void auxiliary(String scores, boolean alignCorners) {
    auxiliary = Optional.of(resized("auxiliary", scores, alignCorners));
    auxiliary.ifPresent(name -> pixelScores(name, name));
  }

  private String resized(String name, String scores, boolean alignCorners) {
    return graph()
        .named(name)
        .resizeLike(scores, image(), "linear", Layers.coordinates(alignCorners));
  }

  private void pixelScores(String name, String value) {
    List<Dim> dims = parts().dims();
    addOutput(name, value, List.of(dims.get(0), Dim.of(classes), dims.get(2), dims.get(3)));
  }

  /** The output {@code logits} of a classifier: a fully connected layer over the means. */
  void classes(String features) {
    GraphBuilder b = graph();
    classScores(b.named("logits").linear(b.flatten(b.globalAveragePool(features)), classes));
  }

  /** The value {@code logits [N, classes]} is the output of a classifier. */
  void classScores(String scores) {
    addOutput("logits", scores, List.of(parts().dims().get(0), Dim.of(classes)));
  }

  private void addOutput(String name, String value, List<Dim> dims) {
    graph().output(value);
    outputs.add(Value.of(name, graph().type(), new Shape(dims)));
  }

  /** The network with all that was appended. */
  Network network() {
    Parts made = parts();
    made.sites().finish(type);
    Graph graph = graph().build().toBuilder().replaceOutputs(outputs).build();
    NetworkMetadata traits =
        new NetworkMetadata(
            type, classes, auxiliary, BACKBONE + ".", made.layers().channelDropouts());
    return new Network(graph, traits, made.freezing());
  }
}
