package io.repfold.data;

/**
 * An example as a network takes it.
 *
 * @param image [3, height, width], normalized
 * @param labels [height, width], or 1 value for the whole image; each read as 0 to 65535
 */
public record Prepared(int height, int width, float[] image, short[] labels) {}
