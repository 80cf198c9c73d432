package io.repfold.engines;

class OrtCpuContractTest extends BackendContract {
  OrtCpuContractTest() {
    super("ort-cpu");
  }
}
