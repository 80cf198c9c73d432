/** Images and labels: data sets, joint augmentation, and loading in batches. */
@org.jspecify.annotations.NullMarked
package io.repfold.data;
