package io.repfold.engines;

class TensorrtContractTest extends BackendContract {
  TensorrtContractTest() {
    super("tensorrt");
  }
}
