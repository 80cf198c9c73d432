package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A plan that is what its manifest says, in memory, so that nothing that happens to the file from
 * here on reaches native code.
 *
 * @param bytes direct
 * @param plugins to be loaded before it
 */
record PlanFile(PlanManifest manifest, ByteBuffer bytes, List<Path> plugins) {
  PlanFile {
    plugins = List.copyOf(plugins);
  }

  /**
   * Reads a plan and checks it.
   *
   * @param here what it shall run on
   * @param plugins that may be loaded
   * @throws EngineException if it is missing, has no manifest, is not whole, was changed, was
   *     compiled for something else, or needs a plug-in that is not among those
   */
  static PlanFile read(Path plan, DeviceDescription here, List<Path> plugins) {
    if (!Files.isRegularFile(plan)) {
      String found = Files.exists(plan) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot load '%s': %s".formatted(plan, found));
    }
    PlanManifest manifest = PlanManifest.read(plan);
    refuseOtherDevice(plan, manifest, here);
    List<Path> needed = PluginFiles.needed(plan, manifest.plugins(), plugins);
    ByteBuffer bytes = bytes(plan, manifest);
    String sha256 = Sha256.of(bytes);
    if (!sha256.equals(manifest.sha256())) {
      throw new EngineException(
          "Cannot load '%s': %s".formatted(plan, manifest.otherBytes(sha256)));
    }
    return new PlanFile(manifest, bytes, needed);
  }

  private static void refuseOtherDevice(Path plan, PlanManifest manifest, DeviceDescription here) {
    PlanKey key = manifest.key();
    List<String> refusals =
        here.refusals(key.device(), key.isHardwareCompatible(), key.isVersionCompatible());
    if (!refusals.isEmpty()) {
      throw new EngineException(
          "Cannot load '%s': %s. %s on this machine"
              .formatted(
                  plan,
                  String.join("; ", refusals),
                  key.isAdopted()
                      ? "Compile the model that it was made from"
                      : "Compile '%s'".formatted(manifest.model())));
    }
  }

  private static ByteBuffer bytes(Path plan, PlanManifest manifest) {
    try (FileChannel channel = FileChannel.open(plan)) {
      long size = channel.size();
      if (size != manifest.bytes()) {
        throw new EngineException("Cannot load '%s': %s".formatted(plan, manifest.otherSize(size)));
      }
      if (size > Integer.MAX_VALUE) {
        throw new EngineException(
            "Cannot load '%s': it has %d bytes; plans of 2 GiB and more are not supported"
                .formatted(plan, size));
      }
      // Not memory of Java's, of which there may be less than a plan takes.
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.nativeOrder());
    } catch (IOException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(plan, e.getMessage()), e);
    }
  }
}
