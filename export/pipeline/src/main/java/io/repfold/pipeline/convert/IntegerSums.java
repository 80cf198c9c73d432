package io.repfold.pipeline.convert;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * How ONNX Runtime's kernels add up products of 8-bit activations and weights on a processor. x86
 * processors without VNNI add pairs of products in 16 bits, which saturates at 32767: two products
 * of 255 and 127 are 64770.
 */
public enum IntegerSums {
  /** It has VNNI. */
  EXACT(
      "exact here (VNNI)",
      "This processor has VNNI, and its integer sums are exact. On x86 processors without it, ONNX"
          + " Runtime's may saturate and decisions differ: compare again there, or give"
          + " withWeightBits 7 (docs/int8.md)."),
  /** An x86 processor without VNNI. */
  SATURATING(
      "may saturate here in ONNX Runtime (no VNNI); withWeightBits 7 keeps them exact",
      "This processor has no VNNI, so ONNX Runtime's integer sums may saturate here; the comparison"
          + " includes that, and processors with VNNI may decide otherwise. withWeightBits 7 makes"
          + " sums exact on both (docs/int8.md)."),
  /** The system does not tell, or it is no x86 processor. */
  UNKNOWN(
      "unknown whether they saturate here",
      "Whether this processor has VNNI is not known. On x86 processors without it, ONNX Runtime's"
          + " integer sums may saturate and decisions differ: compare again there, or give"
          + " withWeightBits 7 (docs/int8.md).");

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private final String summary;
  private final String remark;

  IntegerSums(String summary, String remark) {
    this.summary = summary;
    this.remark = remark;
  }

  public static IntegerSums ofThisMachine() {
    if (!Files.isReadable(CPU_INFO)) {
      return UNKNOWN;
    }
    try {
      return of(Files.readAllLines(CPU_INFO, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** By the lines of Linux's cpuinfo. */
  static IntegerSums of(List<String> cpuInfo) {
    return cpuInfo.stream()
        .filter(line -> line.startsWith("flags"))
        .map(line -> Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
        .map(flags -> flags.contains("avx512_vnni") || flags.contains("avx_vnni"))
        .map(exact -> exact ? EXACT : SATURATING)
        .findFirst()
        .orElse(UNKNOWN);
  }

  /** In some words. */
  public String summary() {
    return summary;
  }

  /** What to say beside a comparison that ran on such a processor. */
  public String remark() {
    return remark;
  }
}
