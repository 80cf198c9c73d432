package io.repfold.data;

import java.util.List;

/** Examples that can be loaded in any order, by many threads at once. */
public interface Dataset {
  /** The number of examples. */
  int size();

  /**
   * Reads and decodes an example.
   *
   * @throws DataException that names the file, if it cannot be used
   */
  Example load(int index);

  /** The name of an example, found without loading it. */
  String id(int index);

  /** The number of classes; labels are 0 to classes - 1, or {@link #ignoreIndex}. */
  int classes();

  /** A name for each class. */
  List<String> classNames();

  /** The label that neither a loss nor a metric counts, 0 to 65535. */
  int ignoreIndex();
}
