/** Training: configuration, loop, losses, metrics, schedules and checkpoints. */
@org.jspecify.annotations.NullMarked
package io.repfold.train;
