package io.repfold.nets;

import io.repfold.graph.Kernel;
import java.util.OptionalInt;

/**
 * A convolution that a network asks for.
 *
 * @param channels that come out
 * @param biased whether it has a bias of its own; where a batch normalization follows, few have
 * @param repSite whether the network's Rep form has a Rep block here
 * @param copies how many branches of its own kernel a {@code mobileone} block has here; where it is
 *     given, a convolution of a single tap is such a block too
 * @param name of the convolution in its scope
 * @param norm name of the batch normalization behind it
 */
record Conv(
    int channels,
    Kernel kernel,
    int groups,
    boolean biased,
    boolean repSite,
    OptionalInt copies,
    String name,
    String norm) {
  /** A convolution without bias that keeps the image's size. */
  static Conv of(int channels, int size) {
    return of(channels, Kernel.of(size));
  }

  static Conv of(int channels, Kernel kernel) {
    return new Conv(channels, kernel, 1, false, false, OptionalInt.empty(), "conv", "bn");
  }

  Conv withStride(int stride) {
    return with(kernel.withStride(stride));
  }

  Conv withDilation(int dilation) {
    return with(kernel.withDilation(dilation));
  }

  private Conv with(Kernel other) {
    return new Conv(channels, other, groups, biased, repSite, copies, name, norm);
  }

  Conv withGroups(int count) {
    return new Conv(channels, kernel, count, biased, repSite, copies, name, norm);
  }

  Conv withBias() {
    return withBias(true);
  }

  Conv withBias(boolean has) {
    return new Conv(channels, kernel, groups, has, repSite, copies, name, norm);
  }

  /** The same at a place where the network's Rep form has a Rep block. */
  Conv asRepSite() {
    return asRepSite(true);
  }

  Conv asRepSite(boolean is) {
    return new Conv(channels, kernel, groups, biased, is, copies, name, norm);
  }

  /**
   * A place of Rep blocks with so many branches of its own kernel if they are {@code mobileone}.
   */
  Conv withCopies(int count) {
    return new Conv(channels, kernel, groups, biased, true, OptionalInt.of(count), name, norm);
  }

  boolean isPointwise() {
    return kernel.height() * kernel.width() == 1;
  }

  Conv named(String conv, String bn) {
    return new Conv(channels, kernel, groups, biased, repSite, copies, conv, bn);
  }

  Conv named(String conv) {
    return named(conv, norm);
  }
}
