package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.precision.int8.Int8Conversion;

/**
 * What a conversion to integers may take, and whether it goes by measured times.
 *
 * @param measured whether layers stay float32 where integers do not pay on this machine
 * @param searchSeconds that trying single layers may take where the target is missed
 */
public record SpeedRequest(boolean measured, double searchSeconds) {
  /** Nothing is timed. */
  public static final SpeedRequest USUAL =
      new SpeedRequest(false, Int8Conversion.Goal.USUAL_SECONDS);

  /**
   * @throws PipelineException if the seconds are no number from 0 on
   */
  public SpeedRequest {
    if (!(searchSeconds >= 0)) {
      throw PipelineException.request(
          "withSearchSeconds is a time of 0 s or more, not " + searchSeconds);
    }
  }
}
