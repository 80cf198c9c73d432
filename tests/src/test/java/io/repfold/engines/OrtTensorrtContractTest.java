package io.repfold.engines;

class OrtTensorrtContractTest extends BackendContract {
  OrtTensorrtContractTest() {
    super("ort-tensorrt");
  }
}
