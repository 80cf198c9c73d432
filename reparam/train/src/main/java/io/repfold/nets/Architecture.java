package io.repfold.nets;

import io.repfold.blocks.RepKind;
import io.repfold.config.NamedArguments;
import io.repfold.graph.WeightSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * A network that a configuration can name.
 *
 * @param type the value of {@code arch.type}
 * @param source where it was published
 * @param backbones what its argument of a similar name may be; empty if it has none
 * @param kind of the Rep blocks where {@code repconv} does not say one
 * @param presets values of arguments that a configuration leaves out
 * @param builder reads its own arguments, then starts and appends its layers
 * @param recipe how it was trained, as published; empty where that is not known
 * @param initial values before training, by seed
 */
record Architecture(
    String type,
    String source,
    List<String> backbones,
    RepKind kind,
    Map<String, Object> presets,
    Builder builder,
    String recipe,
    LongFunction<WeightSource> initial) {
  Architecture {
    backbones = List.copyOf(backbones);
    presets = Map.copyOf(presets);
  }

  /** Builds the graph of a network. */
  interface Builder {
    Network build(Construction construction, NamedArguments arguments);
  }

  /** A network without Rep blocks, unless told otherwise. */
  static Architecture of(String type, String source, List<String> backbones, Builder builder) {
    return new Architecture(
        type,
        source,
        backbones,
        RepKind.PLAIN,
        Map.of(),
        builder,
        "",
        InitialWeights::segmentation);
  }

  /** The same network under another name with other values of its arguments. */
  Architecture preset(String name, String how, Map<String, Object> values) {
    return new Architecture(name, source, backbones, kind, values, builder, how, initial);
  }

  /** The same with Rep blocks at the network's places. */
  Architecture rep(String name, RepKind rep) {
    return new Architecture(name, source, backbones, rep, presets, builder, recipe, initial);
  }

  /** The same with its published recipe. */
  Architecture trained(String how) {
    return new Architecture(type, source, backbones, kind, presets, builder, how, initial);
  }

  Architecture initially(LongFunction<WeightSource> other) {
    return new Architecture(type, source, backbones, kind, presets, builder, recipe, other);
  }

  /** The names of all its arguments. */
  List<String> argumentNames() {
    NamedArguments arguments = new NamedArguments("arch.args of " + type, presets);
    build(arguments, 1, WeightSource.everywhere(0));
    return arguments.known();
  }

  Network build(Map<String, Object> given, int classes, WeightSource weights) {
    Map<String, Object> all = new LinkedHashMap<>(presets);
    given.forEach(
        (key, value) -> {
          if (value != null || !presets.containsKey(key)) {
            all.put(key, value);
          }
        });
    NamedArguments arguments = new NamedArguments("arch.args of " + type, all);
    return build(arguments, classes, weights);
  }

  private Network build(NamedArguments arguments, int classes, WeightSource weights) {
    try {
      return builder.build(new Construction(type, arguments, classes, weights, kind), arguments);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "arch.args of %s: a layer of these widths has more than %,d weights; take fewer channels, by base_channels and the like"
              .formatted(type, Integer.MAX_VALUE),
          e);
    }
  }
}
