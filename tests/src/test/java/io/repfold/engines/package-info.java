/** What every backend must hold to, and what overhead and memory a run may take. */
package io.repfold.engines;
