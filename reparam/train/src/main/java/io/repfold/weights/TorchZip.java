package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that {@code torch.save} writes since PyTorch 1.6: a zip archive with the pickle {@code
 * data.pkl}, a file {@code data/KEY} for each storage, and {@code byteorder}.
 *
 * <p>Source: {@code torch/serialization.py}, {@code _save} and {@code _load}, and "PyTorch
 * serialization" in its documentation.
 */
final class TorchZip {
  private static final String PICKLE = "data.pkl";

  private final ZipArchive archive;
  private final String folder;
  private final ByteOrder order;
  private final Map<String, Storage> storages = new HashMap<>();

  private TorchZip(ZipArchive archive, String folder) {
    this.archive = archive;
    this.folder = folder;
    this.order = order();
  }

  /** What the archive's pickle describes. */
  static Object read(ByteBuffer file) {
    ZipArchive archive = ZipArchive.of(file);
    refuseTorchScript(archive);
    List<String> pickles =
        archive.entries().keySet().stream()
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .toList();
    Check.that(
        !pickles.isEmpty(),
        "is a zip archive without '%s', so torch.save did not write it; save the weights with torch.save(model.state_dict(), 'weights.pth')",
        PICKLE);
    Check.that(pickles.size() == 1, "is a zip archive with several pickles: %s", pickles);
    String pickle = pickles.get(0);
    String folder = pickle.substring(0, pickle.length() - PICKLE.length());
    return new TorchZip(archive, folder).read();
  }

  private static void refuseTorchScript(ZipArchive archive) {
    boolean script =
        archive.entries().keySet().stream()
            .anyMatch(
                name ->
                    name.endsWith("constants.pkl")
                        || name.startsWith("code/")
                        || name.contains("/code/"));
    Check.that(
        !script,
        "is a TorchScript program, not a file of weights; in Python, save its weights:"
            + " torch.save(torch.jit.load('model.pt').state_dict(), 'weights.pth')");
  }

  private ByteOrder order() {
    Optional<ByteBuffer> entry = content("byteorder");
    if (entry.isEmpty()) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    String name = StandardCharsets.ISO_8859_1.decode(entry.get()).toString();
    return switch (name) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default ->
          throw new WeightsException(
              "names the byte order '%s', expected 'little' or 'big'".formatted(name));
    };
  }

  private Optional<ByteBuffer> content(String name) {
    return Optional.ofNullable(archive.entries().get(folder + name)).map(archive::content);
  }

  private Object read() {
    return new Unpickler(new PickleInput(content(PICKLE).orElseThrow()), this::storage).read();
  }

  /** ("storage", type, key, location, number of elements). */
  private Object storage(Object id) {
    StorageId named = StorageId.of(id);
    Storage storage = storages.computeIfAbsent(named.key(), this::load);
    named.requireSize(storage.size());
    return new TypedStorage(storage, named.type());
  }

  private Storage load(String key) {
    ByteBuffer data =
        content("data/" + key)
            .orElseThrow(
                () ->
                    new WeightsException(
                        "has no entry '%sdata/%s', which its pickle names; it was not saved whole"
                            .formatted(folder, key)));
    return Storage.of(key, data, order);
  }
}
