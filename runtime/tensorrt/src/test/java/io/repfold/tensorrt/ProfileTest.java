package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.EngineException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {
  @Test
  void a_range_is_read_and_written() {
    ShapeRange range = ShapeRange.parse("1x3x64x64:1x3x512x512:8x3x1024x1024");

    assertThat(range.opt()).containsExactly(1L, 3L, 512L, 512L);
    assertThat(range).hasToString("1x3x64x64:1x3x512x512:8x3x1024x1024");
    assertThat(ShapeRange.parse("2x3")).hasToString("2x3");
    assertThat(range.contains(8, 3, 64, 1024)).isTrue();
    assertThat(range.contains(9, 3, 64, 64)).isFalse();
    assertThat(range.contains(1, 3, 64)).isFalse();
  }

  @Test
  void values_are_read_and_written() {
    ShapeRange range = ShapeRange.parse("@1,3,64,64:1,3,512,512:8,3,1024,1024");

    assertThat(range.values()).isTrue();
    assertThat(range.max()).containsExactly(8L, 3L, 1024L, 1024L);
    assertThat(range).hasToString("@1,3,64,64:1,3,512,512:8,3,1024,1024");
    assertThat(ShapeRange.parse("@5")).hasToString("@5").isNotEqualTo(ShapeRange.parse("5"));
  }

  @Test
  void inputs_that_shapes_are_computed_from_need_values() {
    Map<String, List<Long>> inputs = Map.of("sizes", List.of(4L), "count", List.of());
    Set<String> all = inputs.keySet();

    assertThat(
            ProfileCheck.problems(
                inputs, all, Profile.parse(List.of("sizes=@1,3,4,4:1,3,8,8:1,3,9,9", "count=@2"))))
        .isEmpty();
    assertThat(ProfileCheck.problems(inputs, all, List.of()))
        .hasSize(2)
        .anySatisfy(p -> assertThat(p).contains("input 'sizes': give a range", "sizes=@1,3"));
    assertThat(ProfileCheck.problems(inputs, all, Profile.parse(List.of("sizes=4", "count=@2"))))
        .singleElement()
        .asString()
        .contains("every profile a range of them");
    assertThat(ProfileCheck.problems(inputs, all, Profile.parse(List.of("sizes=@1,2", "count=@2"))))
        .singleElement()
        .asString()
        .contains("shape [4]", "gives it 2 values");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "@1x2",
        "1,2",
        "@2,1:1,1:2,2",
        "1x",
        "ax3",
        "-1x3",
        "1x3:2x3",
        "1x3:2x3:4x3:8x3",
        "2x3:1x3:4x3",
        "1x3:2x3:1x3",
        "1x3:1x3:1x3x3",
        "1x99999999999999999999"
      })
  void what_is_no_range_is_refused(String text) {
    assertThatThrownBy(() -> ShapeRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_name_that_comes_again_begins_a_profile() {
    List<Profile> profiles =
        Profile.parse(List.of("x=1x2:1x4:1x8", "a=b=1", "x=2x2:2x4:2x8", "y=5"));

    assertThat(profiles).hasSize(2);
    assertThat(profiles.get(0).inputs()).containsOnlyKeys("x", "a=b");
    assertThat(profiles.get(1)).hasToString("x=2x2:2x4:2x8 y=5");
  }

  @Test
  void a_profile_needs_a_name() {
    assertThatThrownBy(() -> Profile.parse(List.of("1x3")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INPUT=MIN:OPT:MAX");
  }

  @Test
  void the_first_profile_that_holds_all_inputs_is_chosen() {
    EngineProfiles profiles =
        new EngineProfiles(Profile.parse(List.of("x=1x4:2x4:4x4", "y=1", "x=1x4:8x4:16x4", "y=2")));

    assertThat(profiles.choose("net.plan", shapes(3, 1))).isZero();
    assertThat(profiles.choose("net.plan", shapes(3, 2))).isEqualTo(1);
    assertThatThrownBy(() -> profiles.choose("net.plan", shapes(17, 2)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("net.plan")
        .hasMessageContaining("profile 0: input 'x' is 17x4, and it takes 1x4:2x4:4x4")
        .hasMessageContaining("input 'y' is 2, and it takes 1")
        .hasMessageContaining("profile 1: input 'x' is 17x4, and it takes 1x4:8x4:16x4");
  }

  private static Map<String, long[]> shapes(long rows, long other) {
    return Map.of("x", new long[] {rows, 4}, "y", new long[] {other});
  }

  @Test
  void only_profiles_that_leave_a_choice_are_told() {
    EngineProfiles fixed = new EngineProfiles(Profile.parse(List.of("x=1x4", "y=2")));
    assertThat(fixed.chosen()).isEmpty();

    ShapeRange scalar = new ShapeRange(List.of(), List.of(), List.of());
    ShapeRange open = ShapeRange.parse("1x4:2x4:4x4");
    EngineProfiles two =
        new EngineProfiles(
            List.of(new Profile(Map.of("x", open, "s", scalar)), new Profile(Map.of("s", scalar))));
    assertThat(two.chosen()).containsExactly(new Profile(Map.of("x", open)));
    assertThat(new EngineProfiles(Profile.parse(List.of("x=1x4", "x=2x4"))).chosen()).hasSize(2);
  }

  @Test
  void a_plan_without_profiles_takes_what_its_inputs_say() {
    EngineProfiles none = new EngineProfiles(List.of());

    assertThat(none.choose("net.plan", shapes(3, 1))).isZero();
    assertThat(none.accepts(shapes(3, 1))).isTrue();
  }

  @Test
  void shapes_that_were_seen_widen_a_profile() {
    SeenShapes seen = SeenShapes.NONE.with(List.of("x"), shapes(3, 1));
    assertThat(seen.profile()).hasToString("x=3x4");

    SeenShapes wider = seen.with(List.of("x"), shapes(1, 1)).with(List.of("x"), shapes(2, 1));
    assertThat(wider.profile()).hasToString("x=1x4:2x4:3x4");

    Map<String, long[]> otherRank = Map.of("x", new long[] {5});
    assertThat(wider.with(List.of("x"), otherRank).profile()).hasToString("x=5");
    assertThat(SeenShapes.NONE.with(List.of(), shapes(1, 1)).profile().inputs()).isEmpty();
  }

  @Test
  void profiles_must_fit_the_inputs_of_the_model() {
    Map<String, List<Long>> inputs = Map.of("x", List.of(-1L, 3L), "fixed", List.of(2L, 3L));

    assertThat(ProfileCheck.problems(inputs, Set.of(), Profile.parse(List.of("x=1x3:2x3:4x3"))))
        .isEmpty();
    assertThat(ProfileCheck.problems(Map.of("fixed", List.of(2L)), Set.of(), List.of())).isEmpty();
    assertThat(ProfileCheck.problems(inputs, Set.of(), List.of()))
        .singleElement()
        .asString()
        .contains("input 'x'", "[-1, 3]", "--profile x=");
    assertThat(
            ProfileCheck.problems(
                inputs,
                Set.of(),
                Profile.parse(List.of("x=1x4:2x4:4x4", "fixed=1x3", "z=1", "z=2"))))
        .hasSize(5)
        .anySatisfy(p -> assertThat(p).contains("input 'x'", "every profile"))
        .anySatisfy(p -> assertThat(p).contains("input 'x'", "1x4:2x4:4x4 contradicts"))
        .anySatisfy(p -> assertThat(p).contains("input 'fixed'", "1x3 contradicts"))
        .anySatisfy(p -> assertThat(p).contains("no input 'z'"));
  }
}
