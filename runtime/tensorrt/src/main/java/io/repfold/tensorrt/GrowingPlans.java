package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.OnnxDescription;
import io.repfold.runtime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The plans of a model that leaves sizes open, for callers who gave no profiles: a run with shapes
 * that none takes waits until a plan is compiled that takes all shapes from the smallest to the
 * largest that were seen. Those before stay, as runs may be bound to them.
 */
final class GrowingPlans implements Plans {
  private final String name;
  private final Path model;
  private final boolean temporary;
  private final String digest;
  private final List<String> open;
  private final PlanCompiler compiler;
  private final List<PlanInMemory> plans = new CopyOnWriteArrayList<>();
  private SeenShapes seen = SeenShapes.NONE;

  /**
   * @param name for messages
   * @param temporary whether the file goes when this is closed
   */
  GrowingPlans(
      String name,
      Path model,
      boolean temporary,
      OnnxDescription description,
      PlanCompiler compiler) {
    this.name = name;
    this.model = model;
    this.temporary = temporary;
    this.digest = ModelDigest.of(model);
    this.open = description.open().stream().map(TensorInfo::name).toList();
    this.compiler = compiler;
  }

  @Override
  public PlanInMemory with(Map<String, long[]> shapes) {
    return find(shapes).orElseGet(() -> make(shapes));
  }

  @Override
  public List<PlanLayer> layers() {
    return plans.stream().findFirst().map(PlanInMemory::layers).orElse(List.of());
  }

  private Optional<PlanInMemory> find(Map<String, long[]> shapes) {
    return plans.stream().filter(plan -> plan.profiles().accepts(shapes)).findFirst();
  }

  private synchronized PlanInMemory make(Map<String, long[]> shapes) {
    Optional<PlanInMemory> made = find(shapes);
    if (made.isPresent()) {
      return made.get();
    }
    SeenShapes wider = seen.with(open, shapes);
    demandSameFile(shapes, ModelDigest.of(model));
    PlanResult compiled = compiler.compile(name, model, wider.profile());
    // The file may have been changed after the first look.
    demandSameFile(shapes, compiled.manifest().key().model());
    PlanInMemory plan = compiler.load(name, compiled);
    seen = wider;
    plans.add(0, plan);
    return plan;
  }

  private void demandSameFile(Map<String, long[]> shapes, String found) {
    if (!found.equals(digest)) {
      throw new EngineException(
          "Cannot run '%s': shapes %s need another plan, and the file was changed since it was loaded. Load it again"
              .formatted(name, SeenShapes.NONE.with(open, shapes).profile()));
    }
  }

  @Override
  public void close() {
    List<Runnable> steps = new ArrayList<>();
    plans.forEach(plan -> steps.add(plan::close));
    plans.clear();
    if (temporary) {
      steps.add(this::delete);
    }
    Freeing.inOrder(steps);
  }

  private void delete() {
    try {
      Files.deleteIfExists(model);
    } catch (IOException e) {
      throw new EngineException(
          "Cannot remove the copy '%s' of '%s': %s".formatted(model, name, e.getMessage()), e);
    }
  }
}
