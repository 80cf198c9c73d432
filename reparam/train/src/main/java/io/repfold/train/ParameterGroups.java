package io.repfold.train;

import ai.djl.ndarray.NDArray;
import io.repfold.nets.NetworkMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts every trainable parameter into exactly one group. */
final class ParameterGroups {
  /** The share of the rate at which a backbone learns with {@code differential_lr}. */
  static final double BACKBONE_SHARE = 0.1;

  static final String BACKBONE = "backbone";
  static final String HEAD = "head";
  static final String ALL = "all";

  private ParameterGroups() {}

  /**
   * @param trainable by name
   * @return two groups if the backbone is to learn at another rate and there is one, or else one
   */
  static List<ParameterGroup> of(
      Map<String, NDArray> trainable,
      NetworkMetadata traits,
      boolean differential,
      double weightDecay) {
    Map<String, NDArray> backbone = new LinkedHashMap<>();
    Map<String, NDArray> head = new LinkedHashMap<>();
    trainable.forEach(
        (name, array) -> (traits.isBackbone(name) ? backbone : head).put(name, array));
    if (!differential || backbone.isEmpty() || head.isEmpty()) {
      return List.of(new ParameterGroup(ALL, trainable, 1, weightDecay));
    }
    List<ParameterGroup> groups = new ArrayList<>();
    groups.add(new ParameterGroup(HEAD, head, 1, weightDecay));
    groups.add(new ParameterGroup(BACKBONE, backbone, BACKBONE_SHARE, weightDecay));
    return List.copyOf(groups);
  }
}
