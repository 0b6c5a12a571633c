// Package log is the transparency log of a node: what was made public, in an order that nobody can change without
// every follower seeing it.
//
// An act that makes something public appends a leaf in its own transaction; the leaf is durable with the act, or
// there is neither. One sequencer numbers waiting leaves in batches, stores the tiles of the tree and signs a
// checkpoint, all in one act, so a checkpoint never names a leaf that is not there and is never seen before it is
// durable. It signs nothing that does not continue the last checkpoint. A receipt is ready after that, within a second.
//
// A leaf is canonical JSON (RFC 8785): version, kind, day, public fields without names or texts of persons, and a
// commitment, which is a salted SHA-256 of what the leaf is about. Salt and object stay private; a receipt handed to
// somebody who may see the object carries them, and shows anybody that this leaf is about that object. A public record
// may be served beside a leaf, bound by a commitment of its own; it can be withdrawn, its text is then gone, the leaf
// stays, and another leaf says that it was withdrawn.
//
// Formats are those of C2SP: signed notes (signed-note), checkpoints (tlog-checkpoint), tiles and entry bundles
// (tlog-tiles), cosignatures of witnesses (tlog-cosignature v1, Ed25519), proofs for other programs (tlog-proof). Hashing
// is RFC 6962 by golang.org/x/mod/sumdb/tlog. Keys name their algorithm by the first byte of their encoding, as
// signed-note says; today that is Ed25519.
//
// Every proof is computed from tiles that are checked against the signed root first, so a damaged database gives a
// refusal and never a false receipt. Audit recomputes everything and finds any single changed byte.
//
// The package serves no HTTP, follows nobody (federation does), and decides nothing about who may see a receipt. A receipt
// shows that a leaf was public by its checkpoint; that nothing was withdrawn since, only the log itself can tell.
package log
