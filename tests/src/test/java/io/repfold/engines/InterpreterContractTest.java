package io.repfold.engines;

class InterpreterContractTest extends BackendContract {
  InterpreterContractTest() {
    super("interpreter");
  }
}
