// Package intake takes files in while nobody waits: listings, machine logs. Whoever brings a file may leave the page and come
// back; how far it is, and what came of it, stands with the file.
//
// Guarantees: a file is kept before it is worked on; one file at a time is worked on, in the order in which they came; what is
// done is done by who brought the file with what they may do then, not when they brought it. When the program dies while a file
// is checked it is checked again; when it dies while rows are written the work is marked as cut, and the same file may be taken
// once more: rows that are there already are passed over. Who stops a work keeps what was written until then.
//
// The room reads no file itself and knows no kind of row: a Taker does.
package intake
