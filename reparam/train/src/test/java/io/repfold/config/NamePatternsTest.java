package io.repfold.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamePatternsTest {
  @Test
  void a_star_stands_for_any_text_and_all_else_for_itself() {
    NamePatterns patterns = new NamePatterns(List.of("*.running_var", "a.[0]*c"));
    assertThat(patterns).accepts("body.0.running_var", "a.[0]c", "a.[0].b.c", "\n.running_var");
    assertThat(patterns).rejects("running_var", "body.running_var2", "a.0c", "xa.[0]c", "");
    assertThat(new NamePatterns(List.of())).rejects("", "a");
  }

  @Test
  void a_pattern_that_fits_nothing_is_refused_with_the_nearest_name() {
    NamePatterns patterns = new NamePatterns(List.of("body.*", "head.wieght"));
    assertThatThrownBy(
            () ->
                patterns.requireAll(
                    "train.hold", "tensor", List.of("body.a", "head.weight", "other")))
        .hasMessage("train.hold: no tensor is named 'head.wieght'; the nearest is 'head.weight'");
    patterns.requireAll("train.hold", "tensor", List.of("body.a", "head.wieght"));
  }

  @Test
  void a_pattern_for_a_scope_that_is_not_there_is_refused_with_the_nearest_scope() {
    List<String> names = List.of("aspp.rate6.conv", "aspp.rate12.conv", "head.conv1");
    assertThatThrownBy(
            () -> new NamePatterns(List.of("asp.*")).requireAll("where", "convolution", names))
        .hasMessage("where: no convolution is named 'asp.*'; the nearest is 'aspp.*'");
    assertThatThrownBy(
            () -> new NamePatterns(List.of("a*.rate6.*")).requireAll("where", "tensor", List.of()))
        .hasMessage("where: no tensor is named 'a*.rate6.*'");
    new NamePatterns(List.of("a*.rate6.*")).requireAll("where", "convolution", names);
  }
}
