package io.repfold.weights;

import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that {@code torch.save} wrote before PyTorch 1.6, and still writes on demand: pickles
 * of a magic number, the version 1001, facts about the machine, the object, and the keys of its
 * storages; then each storage, as the number of its elements and the elements, little-endian on all
 * machines.
 *
 * <p>Source: {@code torch/serialization.py}, {@code _legacy_save} and {@code _legacy_load}.
 */
final class TorchLegacy {
  private static final Object MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Object VERSION = 1001L;

  private final PickleInput in;
  private final Map<String, Storage> storages = new HashMap<>();
  private final Map<String, Integer> elementBytes = new HashMap<>();

  private TorchLegacy(PickleInput in) {
    this.in = in;
  }

  /** Whether a file whose first pickle is this value has this format. */
  static boolean isMagic(Object first) {
    return first.equals(MAGIC);
  }

  /**
   * What the file describes.
   *
   * @param in behind the magic number
   */
  static Object read(PickleInput in) {
    Object version = Unpickler.plain(in);
    Check.that(
        version.equals(VERSION),
        "is a file of PyTorch's old format in version %s, expected %s",
        Kinds.of(version),
        VERSION);
    Unpickler.plain(in);
    return new TorchLegacy(in).read();
  }

  private Object read() {
    Object value = new Unpickler(in, this::outside).read();
    for (Object key : Sequence.of(Unpickler.plain(in), "The keys of storages").items()) {
      Storage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null) {
        throw new WeightsException(
            "holds a storage that nothing names, under %s; it is damaged".formatted(Kinds.of(key)));
      }
      int bytes = elementBytes.getOrDefault(storage.name(), 1);
      long count = in.signedLong();
      Check.that(
          count == storage.size() / bytes,
          "names %d elements for storage '%s', and holds %d; it is damaged",
          storage.size() / bytes,
          storage.name(),
          count);
      storage.fill(in.take(storage.size()));
    }
    return value;
  }

  /** A storage, or ("module", class, file, source): the class of which a module is. */
  private Object outside(Object id) {
    List<Object> parts = Sequence.of(id, "What a pickle names outside of it").items();
    if (parts.size() > 1 && parts.get(0).equals("module")) {
      return parts.get(1);
    }
    StorageId named = StorageId.of(id);
    Storage storage = storages.get(named.key());
    if (storage == null) {
      storage = new Storage(named.key(), ByteOrder.LITTLE_ENDIAN, named.size());
      storages.put(named.key(), storage);
      elementBytes.put(named.key(), named.type().bits() / Byte.SIZE);
    }
    named.requireSize(storage.size());
    return new TypedStorage(part(storage, named), named.type());
  }

  /** (key, offset, number of elements) of a part of a storage. */
  private static Storage part(Storage storage, StorageId named) {
    if (named.part() == None.NONE) {
      return storage;
    }
    Arguments at =
        new Arguments("persistent_load", Sequence.of(named.part(), "A part of a storage").items());
    int bytes = named.type().bits() / Byte.SIZE;
    long offset = at.at(1, Long.class);
    long count = at.at(2, Long.class);
    long all = storage.size() / bytes;
    Check.that(
        offset >= 0 && count >= 0 && offset <= all && count <= all - offset,
        "names elements %d to %d + %d of storage '%s', which has %d; it is damaged",
        offset,
        offset,
        count,
        storage.name(),
        all);
    return storage.part(offset * bytes, count * bytes);
  }
}
