package io.repfold.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method of JUnit 5 that runs once for each candidate, engine, precision and input, with an
 * {@link EquivalenceCase} as its parameter:
 *
 * <pre>{@code
 * @EquivalenceContract(
 *     reference = "model.onnx",
 *     candidates = {"folded.onnx", "other.onnx"},
 *     engines = {"ort-cpu", "tensorrt"},
 *     precisions = {"fp32", "fp16"},
 *     inputs = "photos/")
 * void computes_the_same(EquivalenceCase contract) {
 *   contract.verify();
 * }
 * }</pre>
 *
 * <p>A case on an engine that cannot run here is skipped with the reason. A method that ends
 * without {@link EquivalenceCase#verify()} fails. Relative paths start at the folder in which the
 * tests run: with Maven and Gradle that of the module.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(EquivalenceContractExtension.class)
public @interface EquivalenceContract {
  /** The model that is right, an ONNX file. It runs in ONNX Runtime on the CPU. */
  String reference();

  /** The models that are judged: ONNX files, or TensorRT plans for the engine {@code tensorrt}. */
  String[] candidates();

  /**
   * Where a candidate runs: {@code ort-cpu}, {@code ort-cuda}, {@code ort-tensorrt}, {@code
   * tensorrt}, {@code interpreter}, or the id of another {@link io.repfold.runtime.Backend}.
   */
  String[] engines() default "ort-cpu";

  /**
   * {@code fp32} takes a candidate as it is, and judges its errors. {@code fp16}, {@code bf16} and
   * {@code int8} convert it first, unless it has such numbers already, and judge the share of
   * decisions that stay the same.
   */
  String[] precisions() default "fp32";

  /**
   * An image, a {@code .npy} or {@code .npz} file, or a folder of these, each a case of its own;
   * {@code random} stands for random inputs.
   */
  String[] inputs() default "random";

  /**
   * Shapes of inputs that the model leaves open, such as {@code x=1x3x64x64}; a model with one
   * input needs no name. Images are brought to this size.
   */
  String[] shapes() default {};

  /**
   * The folder for what belongs to a failure. The files of a case lie in {@code
   * OUTPUT/CLASS/METHOD/CASE}, which is removed when the case begins.
   */
  String output() default "target/repfold";
}
