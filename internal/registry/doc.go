// Package registry says who exists: organisations, what is known of them on a day, who controls whom, and which labels
// they hold.
//
// Everything that a rule may read of an organisation is dated and names its source: a year's figures count from the day
// they were filed, a mark of a register from the day it was made, a label within its validity. A question can be asked of
// any past day and gets the answer of that day. What is not known is unknown, and never taken for no.
//
// The package decides nothing about a case. It does not say that a source is right; it says who vouches.
//
// Sources: GB 32100-2015 for codes, GB/T 2260 for regions, GB/T 4754-2017 for industries (package unit).
package registry
