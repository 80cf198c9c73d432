package io.repfold.tensorrt;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Plan files for tests that load none. */
final class PlanSamples {
  static final DeviceDescription H100 =
      new DeviceDescription("NVIDIA H100 80GB HBM3", "9.0", "580.95.05", "12.6", "10.6.0");
  static final DeviceDescription A100 =
      new DeviceDescription("NVIDIA A100-SXM4-40GB", "8.0", "580.95.05", "12.6", "10.6.0");
  static final DeviceDescription T4 =
      new DeviceDescription("Tesla T4", "7.5", "580.95.05", "12.6", "10.6.0");

  private PlanSamples() {}

  static PlanKey key(DeviceDescription device) {
    return new PlanKey("abc", device, PlanOptions.defaults().keyText(), "");
  }

  static PlanManifest manifest(byte[] plan, PlanKey key, Path... plugins) {
    return new PlanManifest(
        "net.onnx",
        Sha256.of(plan),
        plan.length,
        key,
        List.of(
            new TensorInfo(
                "images",
                ElementType.FLOAT16,
                List.of(new Dimension(-1, ""), new Dimension(3, "")))),
        List.of(new TensorInfo("mask \"a\"", ElementType.INT64, List.of())),
        PluginFiles.described(List.of(plugins)),
        List.of(new PlanLayer("conv + relu", "gemm", "Half 1x3", "sm90_x")));
  }

  /** Writes a plan and its manifest. */
  static Path write(Path file, PlanKey key, Path... plugins) throws IOException {
    byte[] plan = ("plan of " + key.digest()).getBytes(StandardCharsets.UTF_8);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, plan);
    Files.writeString(PlanManifest.beside(file), manifest(plan, key, plugins).json());
    return file;
  }
}
