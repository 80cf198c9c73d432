/**
 * Reads and writes NumPy's array files: {@link io.repfold.numpy.Npy} for one array, {@link
 * io.repfold.numpy.Npz} for several by name. Files may come from strangers: nothing in them is
 * executed, and sizes are checked before memory is taken.
 */
@NullMarked
package io.repfold.numpy;

import org.jspecify.annotations.NullMarked;
