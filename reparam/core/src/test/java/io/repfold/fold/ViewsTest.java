package io.repfold.fold;

import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewsTest {
  private final Net net = new Net();

  private String reshaped(String x, long... shape) {
    return net.op(new Op.Reshape(false), x, net.longs(shape));
  }

  @Test
  void a_row_that_ends_in_the_shape_it_began_with_goes() {
    String x = net.b.relu(net.image("x", "6", "8"));
    String flat = net.op(new Op.Flatten(2), x);
    net.fold(net.b.relu(reshaped(flat, -1, 6, 8))).becomes("Relu", "Relu");
  }

  @Test
  void a_row_that_ends_in_another_shape_stays() {
    String x = net.b.relu(net.image("x", "6", "8"));
    String flat = net.op(new Op.Flatten(2), x);
    net.fold(net.b.relu(reshaped(flat, -1, 8, 6))).becomes("Relu", "Flatten", "Reshape", "Relu");
  }

  @Test
  void what_is_read_on_the_way_stays() {
    String x = net.b.relu(net.image("x", "6", "8"));
    String flat = net.op(new Op.Flatten(2), x);
    net.fold(net.b.relu(flat), net.b.relu(reshaped(flat, -1, 6, 8)))
        .becomes("Relu", "Flatten", "Relu", "Relu");
  }

  @Test
  void a_norm_of_rows_between_them_goes_first() {
    String x = net.image("x", "6", "8");
    String product = net.b.op("product", new Op.MatMul(), List.of(x, weight()), 5);
    String flat = net.b.op("flat", new Op.Flatten(2), List.of(product), 5);
    net.fold(net.b.relu(reshaped(net.b.batchNorm(flat), -1, 6, 5)))
        .becomes("MatMul", "Add", "Relu");
  }

  private String weight() {
    Tensor matrix = net.random(8, 5);
    return net.b.initializer("w", matrix);
  }
}
