package io.repfold.data;

/**
 * How often each class occurs in a data set.
 *
 * @param examples images
 * @param pixels of each class (images of each class, if an image has one label)
 * @param ignored pixels that are not counted
 * @param turned images that are turned upright beside labels whose file says nothing of a turn
 */
public record LabelCounts(int examples, long[] pixels, long ignored, int turned) {}
