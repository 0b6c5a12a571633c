// Package db runs one SQL text on SQLite and on PostgreSQL.
//
// An act is one transaction: Act calls a function with a Tx, and all that it wrote is durable when Act
// returns nil, or none of it when it returns an error. Every act has one time, Tx.Now, and no two acts of a
// database have the same. The function may run more than once (a serialisation failure, a batch redone),
// so it touches nothing outside the transaction.
//
// On SQLite one writer goroutine owns one connection. It takes the acts that are waiting, runs each in a
// savepoint of one transaction, commits once and answers all: callers share the cost of the fsync, and a
// refused act does not undo its neighbours. Readers have connections of their own and see a snapshot.
// On PostgreSQL an act is a SERIALIZABLE transaction, retried when the database asks for it.
//
// The package is not a repository layer: rooms write whole statements in their own sql.go. Statements use
// what both databases know: $1, ON CONFLICT … RETURNING, CTEs, windows, row values, FILTER, TEXT, BIGINT,
// BOOLEAN, BYTEA. Times are BIGINT, microseconds since 1970 in UTC (Micros, Time).
package db
