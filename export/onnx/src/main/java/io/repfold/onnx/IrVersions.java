package io.repfold.onnx;

/** The versions of the ONNX file format, and which operator sets came with which. */
final class IrVersions {
  /** From this version on, an initializer that is an input too is a default value. */
  static final long INITIALIZERS_NEED_NO_INPUT = 4;

  /** What every current runtime takes; written unless the opset needs more. */
  static final long DEFAULT = 8;

  static final long NEWEST = 13;
  static final int NEWEST_OPSET = 26;

  private IrVersions() {}

  /** The version of the ONNX release that defined the opset. */
  static long of(int opset) {
    if (opset <= 8) {
      return 3;
    } else if (opset <= 11) {
      return opset - 5L;
    } else if (opset <= 14) {
      return 7;
    } else if (opset <= 18) {
      return 8;
    } else if (opset <= 20) {
      return 9;
    } else if (opset <= 22) {
      return 10;
    }
    return Math.min(opset - 12L, NEWEST);
  }
}
