package io.repfold.weights;

/** The name of a class or function of Python, never the thing itself. */
record Global(String module, String name) {
  @Override
  public String toString() {
    return module + "." + name;
  }
}
