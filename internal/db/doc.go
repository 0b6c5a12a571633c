// Package db runs one SQL text on SQLite and on PostgreSQL.
//
// An act is one transaction: Act calls a function with a Tx, and all that it wrote is durable when Act
// returns nil, or none of it when it returns an error. Every act has one time, Tx.Now, and no two acts of a
// database have the same. The function may run more than once (a serialisation failure, a batch redone),
// so it touches nothing outside the transaction, and never calls Act itself.
//
// On SQLite one writer goroutine owns one connection. It takes the acts that are waiting, runs each in a
// savepoint of one transaction, commits once and answers all: callers share the cost of the fsync, and a
// refused act does not undo its neighbours. Readers have connections of their own and see a snapshot.
// On PostgreSQL an act is a SERIALIZABLE transaction, retried when the database asks for it.
//
// Readings tell each other what the database said, as long as it would say it again (changes.go, answers.go): a page mostly
// asks what the page before has asked. What is told is never older than the snapshot of who asks; acts always ask.
//
// One process serves a database, by a lease with a fence (lease.go): a second one is refused or waits, and
// every act checks the fence before it commits. What is to happen after an act, or later, is a job written
// by the act itself (job.go). A database that is full, read-only, damaged or gone is fault.Unavailable,
// and nothing is kept; it heals when the cause goes away. When the connection breaks during a commit, nobody
// knows its outcome: that refusal is db.unsure, and the caller asks again with the same key.
//
// The package is not a repository layer: rooms write whole statements in their own sql.go. Statements use
// what both databases know: $1, ON CONFLICT … RETURNING, CTEs, windows, row values, FILTER, TEXT, BIGINT,
// BOOLEAN, BYTEA. Times are BIGINT, microseconds since 1970 in UTC (Micros, Time). A statement that fails
// ends its act on both, so a room guards with ON CONFLICT, not by catching errors.
//
// synchronous=NORMAL would gain a fifth on SQLite and lose acknowledged acts, so it stays FULL. What acts cost is in
// docs/performance.md, why one writer serves PostgreSQL too in docs/decisions/0010.
package db
