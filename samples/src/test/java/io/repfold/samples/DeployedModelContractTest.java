package io.repfold.samples;

import io.repfold.junit.EquivalenceCase;
import io.repfold.junit.EquivalenceContract;

class DeployedModelContractTest {
  @EquivalenceContract(
      reference = "models/trained.onnx",
      candidates = "models/deployed.onnx",
      engines = {"ort-cpu", "ort-cuda", "tensorrt"},
      precisions = {"fp32", "fp16"})
  void the_deployed_model_computes_what_was_trained(EquivalenceCase contract) {
    contract.verify();
  }
}
