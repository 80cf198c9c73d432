package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  private static final List<String> WORDS = List.of("epochs", "save_dir", "save_period");

  @Test
  void the_nearest_word_takes_the_fewest_changes() {
    assertThat(Spelling.nearest("Epoch", WORDS)).isEqualTo("epochs");
    assertThat(Spelling.nearest("save_preiod", WORDS)).isEqualTo("save_period");
    assertThat(Spelling.nearest("x", WORDS)).isEqualTo("epochs");
    assertThatThrownBy(() -> Spelling.nearest("x", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void swapped_letters_are_one_change() {
    assertThat(Spelling.distance("epcohs", "epochs")).isEqualTo(1);
    assertThat(Spelling.distance("", "abc")).isEqualTo(3);
    assertThat(Spelling.distance("kitten", "sitting")).isEqualTo(3);
  }

  @Test
  void a_hint_is_a_near_word_or_all_there_are() {
    assertThat(Spelling.hint("epoch", WORDS)).isEqualTo("; did you mean 'epochs'?");
    assertThat(Spelling.hint("loss", WORDS)).isEqualTo("; there is epochs, save_dir, save_period");
    assertThat(Spelling.near("loss", WORDS)).isEmpty();
  }
}
