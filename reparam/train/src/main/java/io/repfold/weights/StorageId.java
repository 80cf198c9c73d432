package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.util.List;

/**
 * What PyTorch's pickles name a storage by: ("storage", type, key, location, number of elements),
 * and in the old format the part of the storage that is meant, or None.
 *
 * @param count of elements of the type
 */
record StorageId(ElementType type, String key, long count, Object part) {
  private static final int OLD_PARTS = 6;

  static StorageId of(Object id) {
    List<Object> parts = Sequence.of(id, "What a pickle names outside of it").items();
    Arguments at = new Arguments("persistent_load", parts);
    Check.that(
        at.at(0).equals("storage"),
        "its pickle names %s outside of it, expected a storage; it is damaged",
        Kinds.of(at.at(0)));
    return new StorageId(
        TorchTypes.ofStorage(at.at(1, Global.class)),
        at.at(2, String.class),
        at.at(4, Long.class),
        parts.size() == OLD_PARTS ? at.at(5) : None.NONE);
  }

  /** In bytes. */
  long size() {
    int bytes = type.bits() / Byte.SIZE;
    Check.that(
        count >= 0 && count <= Integer.MAX_VALUE / bytes,
        "names a storage '%s' of %d elements; up to 2 GiB are read",
        key,
        count);
    return count * bytes;
  }

  void requireSize(long found) {
    Check.that(
        size() == found,
        "names %d bytes for storage '%s', and holds %d; it is damaged or was not copied whole",
        size(),
        key,
        found);
  }
}
