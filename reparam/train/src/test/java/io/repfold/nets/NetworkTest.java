package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkTest {
  @Test
  void the_published_networks_have_their_parameters() {
    Network psp = Networks.build("PSPNet", Map.of(), 21, WeightSource.zeros());
    assertThat(psp.parameters()).isEqualTo(51_446_762);
    assertThat(psp.graph().outputs())
        .extracting(Value::toString)
        .containsExactly("logits: FLOAT[N, 21, H, W]", "auxiliary: FLOAT[N, 21, H, W]");
  }
}
