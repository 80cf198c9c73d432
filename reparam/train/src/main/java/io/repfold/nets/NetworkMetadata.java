package io.repfold.nets;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a graph alone does not say of a network. It is kept in the ONNX metadata, so that a
 * checkpoint says it.
 *
 * @param architecture a name of {@link Networks#types()}
 * @param classes at least 1
 * @param auxiliaryOutput the output that is used in training only
 * @param backbonePrefix the initializers whose names start so are the backbone's; empty if there is
 *     no backbone
 * @param channelDropouts names of the Dropout nodes that drop whole channels
 */
public record NetworkMetadata(
    String architecture,
    int classes,
    Optional<String> auxiliaryOutput,
    String backbonePrefix,
    Set<String> channelDropouts) {
  private static final String ARCHITECTURE = "repfold.architecture";
  private static final String CLASSES = "repfold.classes";
  private static final String AUXILIARY_OUTPUT = "repfold.auxiliary_output";
  private static final String BACKBONE_PREFIX = "repfold.backbone_prefix";
  private static final String CHANNEL_DROPOUTS = "repfold.channel_dropouts";

  public NetworkMetadata {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "%s: a network has at least 1 class, got %d".formatted(architecture, classes));
    }
    channelDropouts = Set.copyOf(channelDropouts);
  }

  /** Traits of a network without auxiliary output, backbone or channel dropout. */
  public static NetworkMetadata of(String architecture, int classes) {
    return new NetworkMetadata(architecture, classes, Optional.empty(), "", Set.of());
  }

  /** The same with an output that has a loss of its own in training. */
  public NetworkMetadata withAuxiliaryOutput(String output) {
    return new NetworkMetadata(
        architecture, classes, Optional.of(output), backbonePrefix, channelDropouts);
  }

  /** The same for another number of classes. */
  public NetworkMetadata withClasses(int number) {
    return new NetworkMetadata(
        architecture, number, auxiliaryOutput, backbonePrefix, channelDropouts);
  }

  /** Whether the initializer of this name is the backbone's. */
  public boolean isBackbone(String initializer) {
    return !backbonePrefix.isEmpty() && initializer.startsWith(backbonePrefix);
  }

  /** Entries for the ONNX metadata; their keys start with {@code repfold.} */
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(ARCHITECTURE, architecture);
    metadata.put(CLASSES, Integer.toString(classes));
    auxiliaryOutput.ifPresent(name -> metadata.put(AUXILIARY_OUTPUT, name));
    if (!backbonePrefix.isEmpty()) {
      metadata.put(BACKBONE_PREFIX, backbonePrefix);
    }
    if (!channelDropouts.isEmpty()) {
      metadata.put(CHANNEL_DROPOUTS, String.join("\n", new TreeSet<>(channelDropouts)));
    }
    return metadata;
  }

  /**
   * The traits that {@link #toMetadata} wrote among other entries; empty if it wrote none.
   *
   * @throws IllegalArgumentException if an entry is missing or is no such value
   */
  public static Optional<NetworkMetadata> fromMetadata(Map<String, String> metadata) {
    String architecture = metadata.get(ARCHITECTURE);
    if (architecture == null) {
      return Optional.empty();
    }
    String dropouts = metadata.getOrDefault(CHANNEL_DROPOUTS, "");
    return Optional.of(
        new NetworkMetadata(
            architecture,
            classes(metadata),
            Optional.ofNullable(metadata.get(AUXILIARY_OUTPUT)),
            metadata.getOrDefault(BACKBONE_PREFIX, ""),
            dropouts.isEmpty() ? Set.of() : Set.copyOf(List.of(dropouts.split("\n")))));
  }

  private static int classes(Map<String, String> metadata) {
    String classes = metadata.get(CLASSES);
    try {
      return Integer.parseInt(String.valueOf(classes));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Metadata '%s' must be a number of classes, got '%s'; take the file as repfold wrote it"
              .formatted(CLASSES, classes),
          e);
    }
  }
}
