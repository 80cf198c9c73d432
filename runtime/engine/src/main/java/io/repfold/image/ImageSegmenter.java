package io.repfold.image;

import io.repfold.image.ImagePass.Decoded;
import io.repfold.image.Network.Job;
import io.repfold.runtime.Engine;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds the class of each pixel of images with a segmentation network, on any engine: decodes,
 * scales, normalizes, runs, decides and scales back.
 *
 * <p>The network takes images [N, C, H, W] or [N, H, W, C] of 1 or 3 channels, floating and
 * normalized or uint8 as they are. Its output is scores or probabilities [N, classes, h, w] or [N,
 * h, w, classes], of any size, or classes [N, h, w], [N, 1, h, w]; one channel of scores needs a
 * threshold. Scores are scaled bilinearly to the image before classes are decided, classes to the
 * nearest; both between pixel centers. The same image gives the same mask, whatever the number of
 * threads.
 *
 * <p>For any number of threads. It does not own the engine; close it before the engine.
 */
public final class ImageSegmenter implements AutoCloseable {
  private final Network network;
  private final ImagePass method;
  private final boolean oneThread;

  /**
   * Makes something of a result while the network runs on the next images.
   *
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface Encoder<T> {
    /** Called on any thread. What it throws is the failure of this image. */
    T encode(Segmentation segmentation) throws IOException;
  }

  private ImageSegmenter(Network network, ImagePass method, boolean oneThread) {
    this.network = network;
    this.method = method;
    this.oneThread = oneThread;
  }

  /**
   * Looks at what a model declares.
   *
   * @throws io.repfold.runtime.EngineException if it does not segment images, does not fit to the
   *     options, or does not tell what the options leave open; names what to state
   * @throws IllegalArgumentException if the options have a threshold or class names that do not fit
   *     to the classes that the model declares, pad images that are scaled, or ask for windows that
   *     do not begin at multiples
   */
  public static ImageSegmenter of(Engine engine, SegmentOptions options) {
    RepfoldMetadata metadata = new RepfoldMetadata(engine.name(), engine.metadata().custom());
    Network network = Network.of(engine, metadata, options);
    ImagePass method =
        options.tiling().isPresent()
            ? new SlidingTiles(
                engine.name(), network, options.tiling().get(), options, metadata.isOurs())
            : new WholeImages(engine.name(), network, options, metadata.isOurs());
    return new ImageSegmenter(network, method, engine.options().threads() == 1);
  }

  /** The names of the classes, as far as they are known. */
  public List<String> classNames() {
    return network.classNames();
  }

  /**
   * Segments one image on this thread.
   *
   * @throws IOException if the image cannot be read
   * @throws io.repfold.runtime.EngineException if the network cannot be run, or gives what is no
   *     mask
   * @throws IllegalStateException if this or the engine is closed
   */
  public Segmentation segment(ImageSource image) throws IOException {
    Decoded decoded = new Decoded(image.name(), image.decode());
    One one = new One();
    method.segment(List.of(decoded), new Job(new StageTimes(false), null), one);
    return one.result();
  }

  /**
   * Segments many images. Images are decoded and results encoded while the network runs on others;
   * the network runs on one batch at a time. An image that fails does not keep the others from
   * being segmented.
   *
   * @param workers threads that decode, decide and encode, 1 to 64; each holds one batch of images
   * @param encoder what to make of a result, on any thread
   * @param outcomes gets what became of each image, in the order of the images, on this thread
   * @throws InterruptedException if this thread is interrupted; what waits is given up, what is
   *     being computed is waited for
   */
  public <T> StageFigures segmentAll(
      Iterable<ImageSource> images,
      int workers,
      Encoder<T> encoder,
      Consumer<? super Outcome<T>> outcomes)
      throws InterruptedException {
    return segmentAll(images, workers, 1, encoder, outcomes);
  }

  /**
   * The same with several runs of the network at a time. On a processor, as many runs of one thread
   * each take less time for many images than one run of as many threads, and more memory.
   *
   * @param runs how many workers may run the network at a time, at most all of them; more than one
   *     is for engines on a processor
   */
  public <T> StageFigures segmentAll(
      Iterable<ImageSource> images,
      int workers,
      int runs,
      Encoder<T> encoder,
      Consumer<? super Outcome<T>> outcomes)
      throws InterruptedException {
    return new Pipeline<>(method, encoder, workers, runs, oneThread).run(images, outcomes);
  }

  /** Frees the memory of runs, after those on other threads. Closing again does nothing. */
  @Override
  public void close() {
    network.close();
  }

  /** The result of one image. */
  private static final class One implements ImagePass.Results {
    private Object outcome = new IllegalStateException("An image came to nothing");

    @Override
    public void done(Decoded image, Segmentation result) {
      outcome = result;
    }

    @Override
    public void failed(Decoded image, Throwable cause) {
      outcome = cause;
    }

    Segmentation result() throws IOException {
      if (outcome instanceof Segmentation segmentation) {
        return segmentation;
      }
      if (outcome instanceof IOException e) {
        throw e;
      }
      if (outcome instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) outcome;
    }
  }
}
