/** Composes the scenes of {@code samples/garments} from the images of Fashion-MNIST. */
@org.jspecify.annotations.NullMarked
package io.repfold.samples.garments;
