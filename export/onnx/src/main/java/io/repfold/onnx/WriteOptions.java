package io.repfold.onnx;

/**
 * How a model is laid out in files.
 *
 * @param externalData when initializers of 1 KiB and more go into a second file, named like the
 *     model with {@code .data} behind it
 */
public record WriteOptions(ExternalData externalData) {
  /** When weights lie beside the model instead of in it. */
  public enum ExternalData {
    /** If those of the file that was read do, or the model would not fit one file. */
    AUTOMATIC,
    /** If the model would not fit one file: an ONNX file holds less than 2 GiB. */
    IF_NEEDED,
    ALWAYS
  }

  /** As they lay in the file that was read. */
  public static final WriteOptions DEFAULT = new WriteOptions(ExternalData.AUTOMATIC);
}
