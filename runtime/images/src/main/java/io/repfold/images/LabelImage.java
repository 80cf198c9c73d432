package io.repfold.images;

/**
 * An upright image of one number a pixel.
 *
 * @param height in pixels
 * @param width in pixels
 * @param values [height, width], each read as 0 to 65535; not to be written to
 */
public record LabelImage(int height, int width, short[] values) {}
