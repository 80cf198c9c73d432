package io.repfold.tensorrt;

import static io.repfold.tensorrt.PlanSamples.A100;
import static io.repfold.tensorrt.PlanSamples.H100;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCacheTest {
  @TempDir private Path folder;

  @Test
  void a_plan_is_found_by_its_key_only() throws IOException {
    PlanCache cache = PlanCache.in(folder.resolve("new/cache"));
    PlanKey key = PlanSamples.key(H100);
    assertThat(cache.find(key)).isEmpty();
    assertThat(cache.explain(key)).singleElement().asString().contains("no plan yet");

    Path plan = PlanSamples.write(cache.place(key), key);

    assertThat(cache.find(key)).contains(plan);
    assertThat(cache.explain(key)).singleElement().asString().contains("has the plan");
    assertThat(cache.find(PlanSamples.key(A100))).isEmpty();
  }

  @Test
  void each_field_of_the_key_makes_another_plan_and_is_named() throws IOException {
    PlanCache cache = PlanCache.in(folder);
    PlanKey key = PlanSamples.key(H100);
    PlanSamples.write(cache.place(key), key);
    for (Map.Entry<String, String> field : key.fields().entrySet()) {
      Map<String, String> changed = new java.util.LinkedHashMap<>(key.fields());
      changed.put(field.getKey(), "other");
      PlanKey other = PlanKey.of(changed);

      assertThat(other.digest()).as(field.getKey()).isNotEqualTo(key.digest());
      assertThat(cache.find(other)).isEmpty();
      assertThat(cache.explain(other))
          .hasSize(2)
          .last()
          .isEqualTo(
              "  %s: wanted 'other', it has '%s'".formatted(field.getKey(), field.getValue()));
    }
  }

  @Test
  void the_nearest_plan_is_one_of_the_same_model_with_the_fewest_differences() throws IOException {
    PlanCache cache = PlanCache.in(folder);
    PlanKey wanted = PlanSamples.key(H100);
    PlanKey otherModel = new PlanKey("def", H100, wanted.options(), "");
    PlanKey twoFields = new PlanKey("abc", H100, "tf32=true", "x=1:2:3");
    PlanKey otherGpu = new PlanKey("abc", A100, "tf32=true", "x=1:2:3");
    for (PlanKey key : List.of(otherModel, twoFields, otherGpu)) {
      PlanSamples.write(cache.place(key), key);
    }

    List<String> lines = cache.explain(wanted);

    assertThat(lines.get(0)).contains("its 3", cache.place(twoFields).toString());
    assertThat(lines.subList(1, lines.size()))
        .satisfiesExactly(
            line -> assertThat(line).contains("options", "tf32=true"),
            line -> assertThat(line).contains("profiles", "x=1:2:3"));
  }

  @Test
  void a_plan_that_is_not_whole_or_has_a_damaged_manifest_is_none() throws IOException {
    PlanCache cache = PlanCache.in(folder);
    PlanKey key = PlanSamples.key(H100);
    Path plan = PlanSamples.write(cache.place(key), key);
    Files.writeString(plan, "short");
    assertThat(cache.find(key)).isEmpty();
    assertThat(cache.explain(key)).singleElement().asString().contains("not the whole plan");

    PlanSamples.write(plan, key);
    assertThat(cache.find(key)).contains(plan);
    byte[] bytes = Files.readAllBytes(plan);
    bytes[0] ^= 1;
    Files.write(plan, bytes);
    assertThat(cache.find(key)).isEmpty();
    assertThat(cache.explain(key)).singleElement().asString().contains("not the whole plan");

    Files.delete(plan);
    assertThat(cache.find(key)).isEmpty();

    Files.writeString(PlanManifest.beside(plan), "{");
    assertThat(cache.find(key)).isEmpty();
    assertThat(cache.explain(key)).singleElement().asString().contains("no plan yet");
  }
}
