package io.repfold.djl;

import io.repfold.graph.Graph;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph of a node or a few, with inputs that hurt: not square, smaller than what a kernel
 * reaches, even kernels, pads that differ.
 *
 * @param runtime whether ONNX Runtime knows the op in this opset
 */
record Case(String name, Graph graph, List<long[]> shapes, boolean runtime) {
  @Override
  public String toString() {
    return name;
  }

  /** Of every op that can be trained. */
  static List<Case> all() {
    Cases cases = new Cases();
    ConvolutionCases.addTo(cases);
    TransposedConvolutionCases.addTo(cases);
    PoolCases.addTo(cases);
    ElementwiseCases.addTo(cases);
    ReductionCases.addTo(cases);
    ProductCases.addTo(cases);
    BorderCases.addTo(cases);
    MovementCases.addTo(cases);
    PartCases.addTo(cases);
    ResizeCases.addTo(cases);
    ComputedSizeCases.addTo(cases);
    ParameterCases.addTo(cases);
    List<Case> all = new ArrayList<>(cases.all());
    all.addAll(OpaqueCases.all());
    return all;
  }
}
