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
 */
record PlanFile(PlanManifest manifest, ByteBuffer bytes) {
  /**
   * Reads a plan and checks it.
   *
   * @param here what it shall run on
   * @throws EngineException if it is missing, has no manifest, is not whole, was changed, or was
   *     compiled for something else
   */
  static PlanFile read(Path plan, DeviceDescription here) {
    if (!Files.isRegularFile(plan)) {
      String found = Files.exists(plan) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot load '%s': %s".formatted(plan, found));
    }
    PlanManifest manifest = PlanManifest.read(plan);
    refuseOtherDevice(plan, manifest, here);
    ByteBuffer bytes = bytes(plan, manifest);
    String sha256 = Sha256.of(bytes);
    if (!sha256.equals(manifest.sha256())) {
      throw new EngineException(
          "Cannot load '%s': it was changed since it was compiled: its SHA-256 is %s, and the manifest says %s. Compile the model again"
              .formatted(plan, sha256, manifest.sha256()));
    }
    return new PlanFile(manifest, bytes);
  }

  private static void refuseOtherDevice(Path plan, PlanManifest manifest, DeviceDescription here) {
    PlanKey key = manifest.key();
    List<String> refusals =
        here.refusals(key.device(), key.isHardwareCompatible(), key.isVersionCompatible());
    if (!refusals.isEmpty()) {
      throw new EngineException(
          "Cannot load '%s': %s. Compile '%s' on this machine"
              .formatted(plan, String.join("; ", refusals), manifest.model()));
    }
  }

  private static ByteBuffer bytes(Path plan, PlanManifest manifest) {
    try (FileChannel channel = FileChannel.open(plan)) {
      long size = channel.size();
      if (size != manifest.bytes()) {
        throw new EngineException(
            "Cannot load '%s': it has %d bytes, and its manifest says %d: it is not whole, or another file. Compile the model again"
                .formatted(plan, size, manifest.bytes()));
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
