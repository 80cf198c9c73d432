package io.repfold.tensorrt;

import org.bytedeco.javacpp.annotation.Platform;

/** A binding as JavaCPP makes them: one library that it needs, and one that it need not have. */
@Platform(
    value = "linux-x86_64",
    preload = {"large@.7", "kernels@.1"},
    library = "jninothing")
final class PackedBinding {
  private PackedBinding() {}
}
