package io.repfold.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graph made ready for the shapes of its inputs: a list of steps over numbered slots.
 *
 * <p>The slots hold the parameters first, then the inputs, then constants and what is computed.
 * What nothing reads any more is closed at once; the engine keeps what the backward pass needs.
 */
final class Program implements AutoCloseable {
  /**
   * @param dead slots that nothing reads after this step
   * @param lasting whether the first operand outlives the pass, and with it would its results
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(
      Node node, Step step, int[] operands, int[] results, int[] dead, boolean lasting) {}

  private final NDManager constants;
  private final List<Entry> entries = new ArrayList<>();
  private final @Nullable PtNDArray[] fixed;
  private final int[] outputs;
  private final int given;

  private Program(
      NDManager constants,
      List<ProgramBuilder.Planned> planned,
      @Nullable PtNDArray[] fixed,
      int given,
      int[] outputs) {
    this.constants = constants;
    this.fixed = fixed;
    this.given = given;
    this.outputs = outputs;
    boolean[] read = new boolean[fixed.length];
    for (int slot : outputs) {
      read[slot] = true;
    }
    for (int i = planned.size() - 1; i >= 0; i--) {
      ProgramBuilder.Planned plan = planned.get(i);
      List<Integer> dead = new ArrayList<>();
      for (int slot : plan.results()) {
        if (slot >= 0 && !read[slot]) {
          dead.add(slot);
        }
      }
      for (int slot : plan.operands()) {
        if (!read[slot] && slot >= given && fixed[slot] == null) {
          dead.add(slot);
        }
        read[slot] = true;
      }
      int[] dying = dead.stream().mapToInt(Integer::intValue).distinct().toArray();
      entries.add(
          0,
          new Entry(
              plan.node(), plan.step(), plan.operands(), plan.results(), dying, plan.lasting()));
    }
  }

  static Program of(
      NDManager constants,
      List<ProgramBuilder.Planned> planned,
      @Nullable PtNDArray[] fixed,
      int given,
      int[] outputs) {
    return new Program(constants, planned, fixed, given, outputs);
  }

  /**
   * The graph's outputs, which belong to {@code manager}.
   *
   * @param arrays parameters and inputs
   */
  NDList run(NDManager manager, PtNDArray[] arrays, boolean training) {
    @Nullable PtNDArray[] slots = fixed.clone();
    System.arraycopy(arrays, 0, slots, 0, given);
    for (Entry entry : entries) {
      apply(
          entry.node,
          entry.step,
          entry.operands,
          entry.results,
          entry.lasting,
          slots,
          manager,
          training);
      for (int slot : entry.dead) {
        PtNDArray array = slots[slot];
        if (array != null) {
          array.close();
          slots[slot] = null;
        }
      }
    }
    return outputs(slots);
  }

  private NDList outputs(@Nullable PtNDArray[] slots) {
    return outputs(slots, outputs);
  }

  static NDList outputs(@Nullable PtNDArray[] slots, int[] outputs) {
    NDList list = new NDList(outputs.length);
    for (int slot : outputs) {
      list.add(slots[slot]);
    }
    return list;
  }

  static void apply(
      Node node,
      Step step,
      int[] operands,
      int[] results,
      boolean lasting,
      @Nullable PtNDArray[] slots,
      NDManager manager,
      boolean training) {
    PtNDArray[] in = new PtNDArray[operands.length];
    for (int i = 0; i < in.length; i++) {
      in[i] = slots[operands[i]];
    }
    PtNDArray view = null;
    if (lasting) {
      view = ai.djl.pytorch.jni.JniUtils.reshape(in[0], in[0].getShape().getShape());
      view.attach(manager);
      in[0] = view;
    }
    PtNDArray[] out;
    try {
      out = step.run(in, training);
    } catch (RuntimeException e) {
      throw failed(node, in, e);
    }
    for (int i = 0; i < out.length; i++) {
      if (out[i].getManager() != manager) {
        out[i].attach(manager);
      }
      if (i < results.length && results[i] >= 0) {
        slots[results[i]] = out[i];
      } else {
        out[i].close();
      }
    }
    if (view != null) {
      view.close();
    }
  }

  private static InvalidGraphException failed(Node node, PtNDArray[] in, RuntimeException cause) {
    String shapes = Arrays.toString(Arrays.stream(in).map(PtNDArray::getShape).toArray());
    InvalidGraphException named =
        new InvalidGraphException(
            "%s, inputs %s: %s".formatted(node.describe(), shapes, cause.getMessage()));
    named.initCause(cause);
    return named;
  }

  @Override
  public void close() {
    constants.close();
  }
}
