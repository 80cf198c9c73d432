package io.repfold.weights;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a pickled {@code torch.nn.Module}, under the names of its {@code state_dict()}:
 * own parameters, then own buffers that are kept, then those of the modules in it.
 */
final class Modules {
  private static final String PARAMETERS = "_parameters";
  private static final String BUFFERS = "_buffers";
  private static final String MODULES = "_modules";
  private static final int MOST_MODULES = 100_000;
  private static final int DEEPEST = 100;
  private static final int LONGEST_NAME = 1000;

  private final Map<String, Object> found = new LinkedHashMap<>();
  private final Deque<Inert> path = new ArrayDeque<>();
  private int visited;

  private Modules() {}

  static boolean isModule(Object value) {
    return value instanceof Inert object
        && dict(object, PARAMETERS) != null
        && dict(object, BUFFERS) != null
        && dict(object, MODULES) != null;
  }

  static Map<String, Object> tensors(Inert module) {
    Modules modules = new Modules();
    modules.visit(module, "");
    return modules.found;
  }

  private static @Nullable Dict dict(Inert object, String attribute) {
    return object.attributes().map(dict -> dict.get(attribute)).orElse(None.NONE)
            instanceof Dict dict
        ? dict
        : null;
  }

  private void visit(Inert module, String prefix) {
    Check.that(
        ++visited <= MOST_MODULES && path.size() < DEEPEST && !path.contains(module),
        "holds a module in itself, more than %d in each other, or more than %d, at '%s'; it is no network",
        DEEPEST,
        MOST_MODULES,
        prefix);
    path.push(module);
    add(module, dict(module, PARAMETERS), prefix);
    add(module, dict(module, BUFFERS), prefix);
    Dict inner = dict(module, MODULES);
    if (inner != null) {
      inner.entries().forEach((key, child) -> visitChild(key, child, prefix));
    }
    path.pop();
  }

  private void visitChild(Object key, Object child, String prefix) {
    String name = name(key, prefix);
    if (child == None.NONE) {
      return;
    }
    if (!isModule(child)) {
      throw new WeightsException(
          "holds a pickled model whose part '%s' is %s, which shows no parameters. %s"
              .formatted(name, Kinds.of(child), SAVE_WEIGHTS));
    }
    visit((Inert) child, name + ".");
  }

  /** What to do about a pickled object. */
  static final String SAVE_WEIGHTS =
      "Save its weights alone in Python: torch.save(model.state_dict(), 'weights.pth')";

  private void add(Inert module, @Nullable Dict tensors, String prefix) {
    if (tensors == null) {
      return;
    }
    tensors
        .entries()
        .forEach(
            (key, value) -> {
              String name = name(key, prefix);
              if (Tensors.isTensor(value)) {
                found.put(name, value);
              } else if (value != None.NONE) {
                throw new WeightsException(
                    "holds a pickled model of class '%s' whose '%s' is %s, not a tensor. %s"
                        .formatted(module.type(), name, Kinds.of(value), SAVE_WEIGHTS));
              }
            });
    left(module).entries().keySet().forEach(key -> found.remove(prefix + key));
  }

  /** Buffers that state_dict() leaves out. */
  private static Dict left(Inert module) {
    Dict names = new Dict();
    Object set =
        module.attributes().map(dict -> dict.get("_non_persistent_buffers_set")).orElse(None.NONE);
    if (set instanceof Sequence sequence) {
      sequence.items().forEach(name -> names.put(name, None.NONE));
    }
    return names;
  }

  private static String name(Object key, String prefix) {
    if (key instanceof String name && prefix.length() + name.length() <= LONGEST_NAME) {
      return prefix + name;
    }
    throw new WeightsException(
        "holds a pickled model with a part that has no name, or a very long one, in '%s': %s"
            .formatted(prefix, Kinds.of(key)));
  }
}
