package io.repfold.pipeline.part;

import io.repfold.check.OutputResult;
import java.util.List;

/**
 * The smallest part in which two models differ.
 *
 * @param from the tensors that it is fed, which both models name
 * @param to the tensor that it computes, and that differs
 * @param isOutput whether that is an output of the models
 * @param referenceNodes what the part is in the reference: op and name of each node
 * @param candidateNodes likewise in the candidate
 * @param result of the comparison of both parts, fed with the reference's values
 * @param restDiffers whether the candidate's outputs still differ when it is fed the reference's
 *     values behind the part: then there is another fault
 */
public record Fault(
    List<String> from,
    String to,
    boolean isOutput,
    List<String> referenceNodes,
    List<String> candidateNodes,
    OutputResult result,
    boolean restDiffers) {
  public Fault {
    from = List.copyOf(from);
    referenceNodes = List.copyOf(referenceNodes);
    candidateNodes = List.copyOf(candidateNodes);
  }
}
