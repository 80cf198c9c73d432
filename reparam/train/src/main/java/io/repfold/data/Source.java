package io.repfold.data;

import java.util.List;

/** What the lists of a data set say, before any image is read. */
record Source(List<Entry> entries, List<String> classNames) {
  boolean classified() {
    return entries.get(0).classified();
  }
}
