package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be known of a plan that somebody else compiled before TensorRT sees it. */
final class ForeignPlan {
  private static final int HEAD = Integer.BYTES + 1;

  private ForeignPlan() {}

  /**
   * Refuses what is certainly no plan.
   *
   * @throws EngineException if it is no file, is empty or too large, or has a text before the plan
   */
  static void check(Path plan) {
    if (!Files.isRegularFile(plan)) {
      String found = Files.exists(plan) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot take over '%s': %s".formatted(plan, found));
    }
    try (InputStream content = Files.newInputStream(plan)) {
      long size = Files.size(plan);
      if (size < HEAD || size > Integer.MAX_VALUE) {
        throw new EngineException(
            "Cannot take over '%s': it has %d bytes, and plans have at least %d and less than 2 GiB"
                .formatted(plan, size, HEAD));
      }
      ByteBuffer head = ByteBuffer.wrap(content.readNBytes(HEAD)).order(ByteOrder.LITTLE_ENDIAN);
      int text = head.getInt();
      if (head.get() == '{' && text > 0 && text < size) {
        throw new EngineException(
            "Cannot take over '%s': it begins with %d bytes of JSON, as Ultralytics writes them, and the plan comes after. Cut it out with tail -c +%d %s"
                .formatted(plan, text, Integer.BYTES + text + 1, plan));
      }
    } catch (IOException e) {
      throw new EngineException("Cannot take over '%s': %s".formatted(plan, e.getMessage()), e);
    }
  }
}
