/** What must hold when it runs for long, on many threads, and while something breaks. */
package io.repfold.soak;
