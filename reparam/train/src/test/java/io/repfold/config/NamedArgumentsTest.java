package io.repfold.config;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.below;
import static io.repfold.config.Bounds.between;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NamedArgumentsTest {
  private static NamedArguments of(Object value) {
    return new NamedArguments("here", Collections.singletonMap("a", value));
  }

  @Test
  void values_are_read() {
    assertThat(of(true).flag("a", false)).isTrue();
    assertThat(of("x").text("a")).isEqualTo("x");
    assertThat(of(List.of("x", "y")).texts("a")).contains(List.of("x", "y"));
    assertThat(of("x").choice("a", "y", List.of("x", "y"))).isEqualTo("x");
    assertThat(of(2).number("a", between(0, 2))).hasValue(2);
    assertThat(of(0).number("a", below(0, 2))).hasValue(0);
    assertThat(of(List.of(1, 2.5)).numbers("a", atLeast(1)).orElseThrow()).containsExactly(1, 2.5);
    assertThat(of(1L << 40).whole("a", atLeast(0))).hasValue(1L << 40);
    assertThat(of(3.0).integer("a", between(3, 3))).hasValue(3);
    assertThat(of(List.of(1, 2)).integers("a", atLeast(1))).contains(List.of(1, 2));
    assertThat(of(List.of()).value("a")).isEqualTo(List.of());
    assertThat(of(1).names()).containsExactly("a");
  }

  @Test
  void null_is_left_out() {
    NamedArguments none = of(null);
    assertThat(none.flag("a", true)).isTrue();
    assertThat(none.texts("a")).isEmpty();
    assertThat(none.choice("a", "y", List.of("x"))).isEqualTo("y");
    assertThat(none.number("a", atLeast(0))).isEmpty();
    assertThat(none.numbers("a", atLeast(0))).isEmpty();
    assertThat(none.whole("a", atLeast(0))).isEmpty();
    assertThat(none.integer("a", atLeast(0))).isEmpty();
    assertThat(none.integers("a", atLeast(0))).isEmpty();
    assertThat(none.value("a")).isNull();
    assertThatThrownBy(() -> none.text("a")).hasMessage("here: 'a' is missing; it must be a text");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("yes", a -> a.flag("a", true), "true or false, found \"yes\""),
        mistake(3, a -> a.text("a"), "a text, found 3"),
        mistake(" ", a -> a.text("a"), "a text, found \" \""),
        mistake("a\0b", a -> a.text("a"), "a text, found \"a\0b\""),
        mistake(Arrays.asList("x", 1), a -> a.texts("a"), "a list of texts, found [x, 1]"),
        mistake("x", a -> a.texts("a"), "a list of texts, found \"x\""),
        mistake(
            "gren",
            a -> a.choice("a", "red", List.of("red", "green")),
            "one of red, green, found \"gren\"; did you mean 'green'?"),
        mistake(
            "pink",
            a -> a.choice("a", "red", List.of("red", "green")),
            "one of red, green, found \"pink\""),
        mistake(7, a -> a.choice("a", "red", List.of("red")), "one of red, found 7"),
        mistake(-0.5, a -> a.number("a", atLeast(0)), "a number of at least 0, found -0.5"),
        mistake(
            Double.POSITIVE_INFINITY,
            a -> a.number("a", atLeast(0)),
            "a number of at least 0, found Infinity"),
        mistake(Double.NaN, a -> a.number("a", between(0, 1)), "a number from 0 to 1, found NaN"),
        mistake("1", a -> a.number("a", between(0, 1)), "a number from 0 to 1, found \"1\""),
        mistake(1.1, a -> a.number("a", between(0.5, 1)), "a number from 0.5 to 1, found 1.1"),
        mistake(1, a -> a.number("a", below(0, 1)), "a number from 0 to below 1, found 1"),
        mistake(
            Arrays.asList(1, null),
            a -> a.numbers("a", atLeast(0)),
            "a list of numbers of at least 0, found [1, null]"),
        mistake(
            List.of(-1),
            a -> a.numbers("a", atLeast(0)),
            "a list of numbers of at least 0, found [-1]"),
        mistake(5, a -> a.numbers("a", atLeast(0)), "a list of numbers of at least 0, found 5"),
        mistake(1.5, a -> a.whole("a", atLeast(1)), "a whole number of at least 1, found 1.5"),
        mistake(0, a -> a.whole("a", atLeast(1)), "a whole number of at least 1, found 0"),
        mistake(
            1e300, a -> a.whole("a", atLeast(1)), "a whole number of at least 1, found 1.0E300"),
        mistake(
            65537,
            a -> a.integer("a", between(1, 65536)),
            "a whole number from 1 to 65536, found 65537"),
        mistake(
            1L << 40,
            a -> a.integer("a", atLeast(1)),
            "a whole number of at least 1, found 1099511627776"),
        mistake(
            List.of(1, 0),
            a -> a.integers("a", atLeast(1)),
            "a list of whole numbers of at least 1, found [1, 0]"),
        mistake(
            1, a -> a.integers("a", atLeast(1)), "a list of whole numbers of at least 1, found 1"),
        mistake(
            "x".repeat(100),
            a -> a.flag("a", true),
            "true or false, found \"" + "x".repeat(56) + "..."));
  }

  private static Arguments mistake(Object value, Consumer<NamedArguments> read, String message) {
    return Arguments.of(value, read, message);
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("mistakes")
  void a_mistake_is_named(Object value, Consumer<NamedArguments> read, String message) {
    assertThatThrownBy(() -> read.accept(of(value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("here: 'a' must be " + message);
  }

  @Test
  void names_that_nobody_asks_for_are_unknown() {
    NamedArguments arguments = new NamedArguments("here", Map.of("gama", 1));
    assertThatThrownBy(arguments::finish).hasMessage("here: there is no 'gama'; there is none");
    arguments.number("gamma", atLeast(0));
    arguments.flag("other", true);
    assertThatThrownBy(arguments::finish)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("here: there is no 'gama'; did you mean 'gamma'?");
    assertThatThrownBy(() -> arguments.requireKnown(List.of("x", "y")))
        .hasMessage("here: there is no 'gama'; there is x, y");
    arguments.value("gama");
    arguments.finish();
  }

  @Test
  void entries_of_an_object_are_called_by_both_names() {
    NamedArguments inner = of(1).inner("color", Map.of("satur", 2));
    assertThatThrownBy(() -> inner.flag("satur", true))
        .hasMessage("here: 'color.satur' must be true or false, found 2");
    assertThatThrownBy(() -> inner.requireKnown(List.of("saturate")))
        .hasMessage("here: there is no 'color.satur'; did you mean 'color.saturate'?");
  }
}
