/** What configurations are made of: named arguments, checked one by one. */
@NullMarked
package io.repfold.config;

import org.jspecify.annotations.NullMarked;
