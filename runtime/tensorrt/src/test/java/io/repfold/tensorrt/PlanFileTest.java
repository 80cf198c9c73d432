package io.repfold.tensorrt;

import static io.repfold.tensorrt.PlanSamples.A100;
import static io.repfold.tensorrt.PlanSamples.H100;
import static io.repfold.tensorrt.PlanSamples.T4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanFileTest {
  @TempDir private Path folder;

  @Test
  void a_whole_plan_is_read_with_its_manifest() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));

    PlanFile file = PlanFile.read(plan, H100, List.of());

    assertThat(file.bytes().isDirect()).isTrue();
    assertThat(file.bytes().remaining()).isEqualTo((int) Files.size(plan));
    assertThat(file.manifest())
        .isEqualTo(PlanSamples.manifest(Files.readAllBytes(plan), PlanSamples.key(H100)));
  }

  @Test
  void a_plan_for_another_gpu_is_refused_with_both_names() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));

    assertRefused(plan, A100, H100.gpu(), "9.0", A100.gpu(), "8.0", "net.onnx");
  }

  @Test
  void a_plan_of_another_tensorrt_is_refused_and_of_another_driver_not() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));

    assertRefused(
        plan,
        new DeviceDescription(H100.gpu(), "9.0", H100.driver(), "13.1", "10.15.1"),
        "10.6.0",
        "10.15.1");
    DeviceDescription otherDriver =
        new DeviceDescription(H100.gpu(), "9.0", "570.1", "12.4", "10.6.0");
    assertThat(PlanFile.read(plan, otherDriver, List.of()).manifest().model())
        .isEqualTo("net.onnx");
  }

  @Test
  void a_hardware_compatible_plan_runs_from_ampere_on() throws IOException {
    PlanOptions defaults = PlanOptions.defaults();
    PlanOptions compatible = defaults.toBuilder().hardwareCompatible(true).build();
    PlanKey key = new PlanKey("abc", H100, compatible.keyText(), "");
    Path plan = PlanSamples.write(folder.resolve("net.plan"), key);

    assertThat(PlanFile.read(plan, A100, List.of()).manifest().key()).isEqualTo(key);
    assertRefused(plan, T4, H100.gpu(), "Tesla T4");
  }

  @Test
  void a_version_compatible_plan_runs_on_later_versions_of_its_major_one() throws IOException {
    PlanOptions compatible = PlanOptions.defaults().toBuilder().versionCompatible(true).build();
    PlanKey key = new PlanKey("abc", H100, compatible.keyText(), "");
    Path plan = PlanSamples.write(folder.resolve("net.plan"), key);

    for (String later : List.of("10.6.0", "10.6.1", "10.15.1")) {
      assertThat(PlanFile.read(plan, with(later), List.of()).manifest().key()).isEqualTo(key);
    }
    for (String other : List.of("10.5.9", "11.2.0", "9.9.9", "unknown")) {
      assertRefused(plan, with(other), "compiled by TensorRT 10.6.0", "this is " + other);
    }
  }

  private static DeviceDescription with(String tensorRt) {
    return new DeviceDescription(
        H100.gpu(), H100.computeCapability(), H100.driver(), H100.cuda(), tensorRt);
  }

  @Test
  void a_plan_tells_whether_it_was_compiled_with_tf32() {
    PlanOptions strict = PlanOptions.defaults();

    assertThat(new PlanKey("abc", H100, strict.keyText(), "").allowsTf32()).isFalse();
    assertThat(new PlanKey("abc", H100, strict.withTf32(true).keyText(), "").allowsTf32()).isTrue();
  }

  @Test
  void a_plan_without_a_manifest_is_refused() throws IOException {
    Path plan = Files.writeString(folder.resolve("foreign.plan"), "from elsewhere");

    assertRefused(plan, H100, "foreign.plan", "no manifest", "foreign.plan.json");
  }

  @Test
  void a_plan_that_is_not_there_or_a_folder_is_refused() {
    assertRefused(folder.resolve("missing.plan"), H100, "missing.plan", "no such file");
    assertRefused(folder, H100, "not a file");
  }

  @Test
  void a_truncated_plan_is_refused() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));
    byte[] whole = Files.readAllBytes(plan);
    Files.write(plan, Arrays.copyOf(whole, whole.length / 2));

    assertRefused(plan, H100, "not whole", Integer.toString(whole.length / 2));
  }

  @Test
  void a_plan_with_one_changed_bit_is_refused() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));
    byte[] bytes = Files.readAllBytes(plan);
    bytes[bytes.length - 1] ^= 1;
    Files.write(plan, bytes);

    assertRefused(plan, H100, "changed", "SHA-256");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"format\": 3}",
        "{\"format\": 2}",
        "{\"format\": 2, \"model\": 3}",
        "null"
      })
  void a_damaged_manifest_is_refused(String json) throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));
    Files.writeString(PlanManifest.beside(plan), json);

    assertRefused(plan, H100, "manifest 'net.plan.json' is damaged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model", "sha256", "bytes", "key", "inputs", "outputs", "plugins", "layers", "driver",
        "type"
      })
  void a_manifest_without_a_field_is_refused_by_its_name(String field) throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));
    Path manifest = PlanManifest.beside(plan);
    String json = Files.readString(manifest);
    Files.writeString(manifest, json.replace("\"" + field + "\"", "\"" + field + "2\""));

    assertRefused(plan, H100, "damaged", "'" + field + "'");
  }

  @Test
  void a_plan_takes_the_plug_ins_that_it_was_compiled_with_and_no_others() throws IOException {
    Path library = Files.writeString(folder.resolve("libops.so"), "operators");
    Path other = Files.writeString(folder.resolve("other.so"), "of somebody else");
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100), library);

    assertThat(PlanFile.read(plan, H100, List.of(other, library)).plugins())
        .containsExactly(library);
    assertRefused(plan, H100, "needs the plug-in 'libops.so'", "--plugin", PluginFiles.PROPERTY);

    Path changed = Files.createDirectory(folder.resolve("new")).resolve("libops.so");
    Files.writeString(changed, "other operators");
    assertThatThrownBy(() -> PlanFile.read(plan, H100, List.of(changed)))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(changed.toString(), Sha256.of(library), Sha256.of(changed));
    Path missing = folder.resolve("missing.so");
    assertThatThrownBy(() -> PlanFile.read(plan, H100, List.of(missing)))
        .isInstanceOf(EngineException.class)
        .hasMessage("Cannot read the plug-in '%s': no such file".formatted(missing));
  }

  @Test
  void a_plan_of_others_says_what_is_not_known_of_it() throws IOException {
    List<Profile> profiles = Profile.parse(List.of("x=1x3:2x3:4x3"));
    PlanKey key = PlanKey.ofAdopted(H100, false, false, profiles);
    Path plan = PlanSamples.write(folder.resolve("theirs.plan"), key);

    assertThat(key.isAdopted()).isTrue();
    assertThat(key.allowsTf32()).as("as nobody knows").isTrue();
    assertThat(key.profiles()).isEqualTo("x=1x3:2x3:4x3");
    assertThat(PlanFile.read(plan, H100, List.of()).manifest().key()).isEqualTo(key);
    assertRefused(plan, A100, "Compile the model that it was made from on this machine");
    Files.writeString(plan, "x");
    assertRefused(plan, H100, "repfold compile --adopt");
  }

  @Test
  void the_manifest_tells_a_whole_plan_from_a_damaged_one() throws IOException {
    Path plan = PlanSamples.write(folder.resolve("net.plan"), PlanSamples.key(H100));
    PlanManifest manifest = PlanManifest.read(plan);

    assertThat(manifest.damage(plan)).isEmpty();
    byte[] bytes = Files.readAllBytes(plan);
    bytes[0] ^= 1;
    Files.write(plan, bytes);
    assertThat(manifest.damage(plan)).get().asString().contains("SHA-256", "Compile the model");
    Files.write(plan, new byte[3]);
    assertThat(manifest.damage(plan)).get().asString().contains("3 bytes", "not whole");
  }

  private static void assertRefused(Path plan, DeviceDescription here, String... parts) {
    assertThatThrownBy(() -> PlanFile.read(plan, here, List.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(parts);
  }
}
