package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.util.List;
import java.util.Map;

/** Owns the plans that an engine runs. */
interface Plans extends AutoCloseable {
  /**
   * The plan for these shapes of the inputs; it stays this object's.
   *
   * @throws EngineException if there is none and none can be made
   */
  PlanInMemory with(Map<String, long[]> shapes);

  /** The layers of the plan that was made last; none if there is no plan yet. */
  List<PlanLayer> layers();

  /** Frees all plans. */
  @Override
  void close();

  /** One plan, whatever the shapes; it says itself which it does not take. */
  record One(PlanInMemory plan) implements Plans {
    @Override
    public PlanInMemory with(Map<String, long[]> shapes) {
      return plan;
    }

    @Override
    public List<PlanLayer> layers() {
      return plan.layers();
    }

    @Override
    public void close() {
      plan.close();
    }
  }
}
