package io.repfold.precision.half;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a node stays float32; the node itself is left out. */
record KeepReason(HalfReport.Cause cause, String because) {

  @FormatMethod
  static KeepReason of(
      HalfReport.Cause cause, @FormatString String because, @Nullable Object... arguments) {
    return new KeepReason(cause, String.format(Locale.ROOT, because, arguments));
  }
}
