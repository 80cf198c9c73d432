package io.repfold.runtime;

/**
 * Where the time of a run on a device with memory of its own went, as that device's clock says.
 *
 * @param toDeviceNanos copying inputs to the device
 * @param computeNanos computing
 * @param fromDeviceNanos copying outputs back
 */
public record StageTimes(long toDeviceNanos, long computeNanos, long fromDeviceNanos) {}
