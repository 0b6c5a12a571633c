// Package reader turns published documents into findings that a person confirms.
//
// A document is taken as found, kept with its digest, and read once (package extract): what it says becomes
// findings, each with the bytes where it stands. Findings wait. A person accepts one, or rejects it with a
// reason; only then does an agreement enter the register or a figure stand beside an indicator, in the same
// act. The room takes hostile input: it proposes and can approve nothing, and what it read is shown as data,
// never as markup.
//
// Findings speak of subjects: organisations, policies, programmes, places, indicators. A name leads to its subject through
// one table, so persons join and split names and every statement stays where it stands. Paragraphs are searched through
// their pairs of characters, the clauses of a regulation have addresses, and package compare sets documents side by side.
// Who may not read documents sees what is accepted in a published one, and nothing else.
//
// What becomes of an accepted finding is decided by the rooms that own agreements and figures; the reader meets
// them through the two small interfaces of this file's package, which it owns.
package reader
