package io.repfold.data;

/**
 * How a {@link Loader} makes batches.
 *
 * @param batchSize examples of a batch
 * @param threads that decode and augment; 0: the thread that takes the batches does it
 * @param prefetch batches that are in the making or ready before they are asked for, at most
 * @param shuffle whether each epoch has an order of its own
 * @param dropLast whether a last batch of fewer examples is left out
 * @param seed of the order and of all augmentation
 */
public record LoaderOptions(
    int batchSize, int threads, int prefetch, boolean shuffle, boolean dropLast, long seed) {
  public LoaderOptions {
    if (batchSize < 1 || threads < 0 || prefetch < 1) {
      throw new DataException(
          "A loader takes batchSize >= 1, threads >= 0 and prefetch >= 1; found %d, %d and %d",
          batchSize, threads, prefetch);
    }
  }

  public LoaderOptions withThreads(int other) {
    return new LoaderOptions(batchSize, other, prefetch, shuffle, dropLast, seed);
  }
}
