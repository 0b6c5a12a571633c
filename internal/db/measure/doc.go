// Package measure is what the measurements of several rooms share: where a figure was found, what the processor spent,
// and how times are summed up and shown.
//
// A figure is true of one machine and its disk only, so Machine stands beside it. Times are as the caller waited for
// them; CPU is of this process alone, in all its threads, and a database server's own work is not in it. Nothing here
// judges a figure, and no test does: docs/performance.md says which were found.
package measure
