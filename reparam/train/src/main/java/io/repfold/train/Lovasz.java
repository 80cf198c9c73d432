package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.repfold.config.NamedArguments;
import io.repfold.djl.Scalars;
import java.util.ArrayList;
import java.util.List;

/**
 * Lovász-softmax (Berman et al., CVPR 2018): the Lovász extension of the Jaccard loss of each
 * class, averaged over the classes that are present, or over all of them.
 *
 * <p>Between two orders of the errors the extension is linear in them. So the sorting happens apart
 * from differentiation, and gives every error its factor.
 */
final class Lovasz implements PixelLoss.Terms {
  private final boolean presentOnly;
  private final boolean perImage;

  private Lovasz(boolean presentOnly, boolean perImage) {
    this.presentOnly = presentOnly;
    this.perImage = perImage;
  }

  static Lovasz of(NamedArguments settings, LossOptions options) {
    return new Lovasz(
        settings.choice("classes", "present", List.of("present", "all")).equals("present"),
        settings.flag("per_image", false));
  }

  @Override
  public NDArray of(Pixels pixels) {
    NDArray probabilities = pixels.logProbabilities().exp();
    NDArray classes = pixels.classes();
    NDArray valid = pixels.valid();
    if (!perImage) {
      return ofImages(probabilities, classes, valid);
    }
    long images = classes.getShape().get(0);
    NDList p = probabilities.split(images, 0);
    NDList c = classes.split(images, 0);
    NDList v = valid.split(images, 0);
    NDArray sum = ofImages(p.get(0), c.get(0), v.get(0));
    for (int i = 1; i < images; i++) {
      sum = sum.add(ofImages(p.get(i), c.get(i), v.get(i)));
    }
    return Scalars.over(sum, (double) images);
  }

  /** The loss of all pixels together. */
  private NDArray ofImages(NDArray probabilities, NDArray classes, NDArray valid) {
    long count = probabilities.getShape().get(1);
    NDArray p = probabilities.transpose(1, 0, 2, 3).reshape(count, -1);
    NDArray fixed = p.stopGradient();
    NDArray flatClasses = classes.reshape(new Shape(-1));
    NDArray flatValid = valid.reshape(new Shape(-1));
    NDArray none = flatValid.zerosLike();
    List<NDArray> slopes = new ArrayList<>();
    List<NDArray> offsets = new ArrayList<>();
    int averaged = 0;
    boolean anyValid = flatValid.sum().getFloat() > 0;
    for (int c = 0; c < count; c++) {
      NDArray truth = flatClasses.eq(c).toType(DataType.FLOAT32, false).mul(flatValid);
      boolean counts = presentOnly ? truth.sum().getFloat() > 0 : anyValid;
      if (!counts) {
        slopes.add(none);
        continue;
      }
      averaged++;
      NDArray factors = factors(fixed.get(c), truth, flatValid);
      slopes.add(factors.mul(truth.mul(-2).add(1)));
      offsets.add(factors.mul(truth).sum());
    }
    if (averaged == 0) {
      return Scalars.times(p, 0).sum();
    }
    NDArray slope = NDArrays.stack(new NDList(slopes));
    NDArray offset = NDArrays.stack(new NDList(offsets)).sum();
    return Scalars.over(p.mul(slope).sum().add(offset), averaged);
  }

  /**
   * What each pixel's error counts in the loss of one class: by how much the Jaccard index falls
   * when the pixel joins those with greater errors.
   *
   * @param p the class's probability, [P]
   * @param truth 1 where the class is right, else 0
   * @param valid 1 where a pixel counts, else 0
   */
  private static NDArray factors(NDArray p, NDArray truth, NDArray valid) {
    NDArray errors = truth.sub(p).abs().add(1).mul(valid);
    NDArray order = errors.argSort(0, false);
    NDArray sorted = truth.gather(order, 0);
    NDArray others = valid.sub(truth).gather(order, 0);
    NDArray total = truth.sum();
    NDArray intersection = sorted.cumSum(0).neg().add(total);
    NDArray union = others.cumSum(0).add(total).maximum(1);
    NDArray jaccard = intersection.div(union).neg().add(1);
    NDArray step = jaccard.get(":1").concat(jaccard.diff(1, 0), 0);
    return errors.zerosLike().scatter(order, step, 0).mul(valid);
  }
}
