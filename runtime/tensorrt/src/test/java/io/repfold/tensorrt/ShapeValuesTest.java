package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ShapeValuesTest {
  @Test
  void other_values_under_a_bound_run_are_refused() {
    ByteBuffer memory = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    memory.putLong(0, 64).putLong(8, 48);
    ShapeValues sizes = new ShapeValues("sizes", HostTensor.wrap(ElementType.INT64, memory, 2));

    sizes.demandUnchanged("net");
    memory.putLong(8, 49);
    assertThatThrownBy(() -> sizes.demandUnchanged("net"))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("'net'", "'sizes'", "bind again");

    memory.putLong(8, 48);
    sizes.demandUnchanged("net");
  }
}
