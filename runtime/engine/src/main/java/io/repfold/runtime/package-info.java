/** runtime */
@org.jspecify.annotations.NullMarked
package io.repfold.runtime;
