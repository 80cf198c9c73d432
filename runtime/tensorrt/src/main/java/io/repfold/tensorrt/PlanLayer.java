package io.repfold.tensorrt;

/**
 * A layer of a plan, as TensorRT's inspector tells it; empty where it does not.
 *
 * @param name of the nodes that were fused into it
 * @param type for example {@code gemm} or {@code Reformat}
 * @param output type and shape of its first output
 * @param tactic the kernel that was chosen
 */
public record PlanLayer(String name, String type, String output, String tactic) {}
