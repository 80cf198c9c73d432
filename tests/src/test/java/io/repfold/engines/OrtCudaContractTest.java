package io.repfold.engines;

class OrtCudaContractTest extends BackendContract {
  OrtCudaContractTest() {
    super("ort-cuda");
  }
}
