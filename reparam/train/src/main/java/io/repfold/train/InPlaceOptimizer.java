package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** Applies a rule to every parameter of every group, and owns the rule's arrays. */
final class InPlaceOptimizer implements Optimizer {
  private static final String STEP = "step";

  private final UpdateRule rule;
  private final NDManager manager;
  private final List<Entry> entries = new ArrayList<>();
  private long step;

  /** A parameter with its arrays. */
  private record Entry(
      String name, PtNDArray parameter, ParameterGroup group, List<PtNDArray> slots) {}

  InPlaceOptimizer(UpdateRule rule, List<ParameterGroup> groups) {
    this.rule = rule;
    this.manager = NDManager.newBaseManager("PyTorch");
    Set<String> names = new TreeSet<>();
    for (ParameterGroup group : groups) {
      group
          .parameters()
          .forEach(
              (name, parameter) -> {
                if (!names.add(name)) {
                  throw new IllegalArgumentException(
                      "Parameter '%s' is in more than one group".formatted(name));
                }
                entries.add(entry(name, parameter, group));
              });
    }
  }

  private Entry entry(String name, NDArray parameter, ParameterGroup group) {
    if (!(parameter instanceof PtNDArray own) || parameter.getDataType() != DataType.FLOAT32) {
      throw new IllegalArgumentException(
          "Parameter '%s' must be a float32 array of PyTorch, got %s"
              .formatted(name, parameter.getDataType()));
    }
    List<PtNDArray> slots = new ArrayList<>();
    for (int i = 0; i < rule.slots().size(); i++) {
      NDArray zeros = parameter.zerosLike();
      zeros.attach(manager);
      slots.add((PtNDArray) zeros);
    }
    return new Entry(name, own, group, slots);
  }

  @Override
  public void step(double rate, OptionalDouble momentum) {
    if (momentum.isPresent() && rule.momentum() == 0) {
      throw new IllegalArgumentException(
          "The schedule sets a momentum of %s, but the optimizer has none: set optimizer.args.momentum"
                  .formatted(momentum.getAsDouble())
              + " (betas for Adam), or lr_scheduler.args.cycle_momentum to false");
    }
    step++;
    double used = momentum.orElse(rule.momentum());
    boolean recorded = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try {
      for (Entry entry : entries) {
        ParameterGroup group = entry.group();
        var factors = new UpdateRule.Factors(rate * group.rateFactor(), used, group.weightDecay());
        try (PtNDArray gradient = entry.parameter().getGradient()) {
          rule.update(entry.parameter(), gradient, entry.slots(), step, factors);
        }
      }
    } finally {
      JniUtils.setGradMode(recorded);
    }
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put(STEP, Tensor.ofLongs(new long[] {step}));
    for (Entry entry : entries) {
      for (int i = 0; i < entry.slots().size(); i++) {
        NDArray values = entry.slots().get(i);
        ByteBuffer bytes = values.toByteBuffer(false).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        state.put(key(entry, i), Tensor.of(ElementType.FLOAT, copy, values.getShape().getShape()));
      }
    }
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    Map<String, Tensor> left = new LinkedHashMap<>(state);
    long restored = take(left, STEP, ElementType.INT64, new long[0]).toLongs()[0];
    List<Tensor> values = new ArrayList<>();
    for (Entry entry : entries) {
      for (int i = 0; i < entry.slots().size(); i++) {
        long[] shape = entry.parameter().getShape().getShape();
        values.add(take(left, key(entry, i), ElementType.FLOAT, shape));
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "The optimizer's state has '%s', which none of the parameters needs; was it saved by"
                  .formatted(left.keySet().iterator().next())
              + " another optimizer or network?");
    }
    step = restored;
    var next = values.iterator();
    for (Entry entry : entries) {
      entry.slots().replaceAll(slot -> replaced(slot, next.next()));
    }
  }

  /** A new array with the values of a tensor; the engine warns of itself when it sets values. */
  private PtNDArray replaced(PtNDArray slot, Tensor tensor) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(tensor.data().remaining())
            .order(ByteOrder.nativeOrder())
            .put(tensor.data())
            .flip();
    try (slot;
        NDArray view = manager.create(bytes.asFloatBuffer(), slot.getShape(), DataType.FLOAT32)) {
      return (PtNDArray) view.duplicate();
    }
  }

  private static Tensor take(
      Map<String, Tensor> state, String key, ElementType type, long[] shape) {
    Tensor tensor = state.remove(key);
    String expected = Tensor.of(type, ByteBuffer.allocate(0), 0).type() + Arrays.toString(shape);
    if (tensor == null || tensor.type() != type || !Arrays.equals(tensor.dims(), shape)) {
      throw new IllegalArgumentException(
          "The optimizer's state must have '%s' of %s, found %s"
              .formatted(key, expected, tensor == null ? "none" : tensor.describe()));
    }
    return tensor;
  }

  private String key(Entry entry, int slot) {
    return entry.name() + "/" + rule.slots().get(slot);
  }

  @Override
  public void close() {
    manager.close();
  }
}
