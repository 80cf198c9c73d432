package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.repfold.runtime.JavaCppMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Objects as C++ lays them out, of which the deleting destructor is the C library's {@code free}.
 */
class DestructorTest {
  private static final int SIZE = 1 << 20;
  private static final int MANY = 2000;

  @BeforeEach
  void the_native_part_of_javacpp_is_there() {
    assumeTrue(
        Surroundings.ofThisMachine().platform().equals(Surroundings.SUPPORTED),
        "only " + Surroundings.SUPPORTED + " has this layout");
    Loader.load(Pointer.class);
  }

  @Test
  void an_object_is_deleted_once_and_refused_afterwards() {
    try (LongPointer table = table()) {
      Pointer address = object(table);
      NativeObject<Pointer> object = NativeObject.of("engine of 'net.plan'", address, 0);
      assertThat(object.get()).isSameAs(address);

      object.close();
      object.close();

      assertThat(address.isNull()).isTrue();
      assertThatThrownBy(object::get)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The engine of 'net.plan' is closed");
    }
  }

  @Test
  void what_is_deleted_is_given_back() throws IOException {
    try (LongPointer table = table()) {
      long before = resident();
      for (int i = 0; i < MANY; i++) {
        Pointer object = object(table);
        Pointer.memset(new Part(object.address() + Long.BYTES), 1, SIZE - Long.BYTES);
        Destructor.call(object, Destructor.SLOT_OF_OWNED);
      }
      assertThat(resident() - before).isLessThan(200L * SIZE);
    }
  }

  @Test
  void an_unknown_destructor_leaves_the_object() {
    try (LongPointer table = table()) {
      Pointer object = object(table);
      long address = object.address();
      Destructor.call(object, Destructor.NOT_KNOWN);

      assertThat(object.address()).isEqualTo(address);
      Destructor.call(object, Destructor.SLOT_OF_OWNED);
    }
  }

  /** JavaCPP would wait for the collector, fail after freeing, and free again: a crash. */
  @ParameterizedTest
  @CsvSource({"'', 0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=256m, 1"})
  void much_native_memory_beside_a_small_heap_harms_nothing_unless_the_user_sets_a_limit(
      String setting, int code) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m"));
    if (!setting.isEmpty()) {
      command.add(setting);
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SmallHeap.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isEqualTo(code);
    assertThat(printed).contains(code == 0 ? "freed" : "OutOfMemoryError");
  }

  /** A process with 400 MB of native memory that makes an object and frees it. */
  static final class SmallHeap {
    public static void main(String[] arguments) {
      JavaCppMemory.lift();
      Loader.load(Pointer.class);
      long size = 400L << 20;
      Pointer much = Pointer.malloc(size);
      Pointer.memset(much, 1, size);
      NativeObject<Pointer> object = NativeObject.of("object", object(table()), 0);
      object.close();
      object.close();
      System.out.println("freed");
    }
  }

  /** The complete destructor, which must not be called, and the deleting one. */
  private static LongPointer table() {
    LongPointer table = new LongPointer(2);
    table.put(0, 0).put(1, Loader.addressof("free").address());
    return table;
  }

  private static Pointer object(LongPointer table) {
    Pointer object = Pointer.malloc(SIZE);
    new LongPointer(object).put(table.address());
    return object;
  }

  private static final class Part extends Pointer {
    Part(long place) {
      super((Pointer) null);
      address = place;
    }
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
