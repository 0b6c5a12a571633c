// Package find is the catalogue's index: what answers a question over listings, in memory, with no database.
//
// Chinese is indexed by pairs of neighbouring characters, everything else by words, with neighbouring words also joined,
// so that "ICP MS", "ICP-MS" and "ICPMS" are one. A question becomes clauses that a listing must all satisfy; synonyms,
// places, prices and times are data (Words). Ranking is BM25 with weighted fields.
//
// An Index is a list of segments that never change, each of at most segmentMax listings, and for each the set of its
// dead. A reader takes the list once and is never blocked; a writer makes a new small segment and exchanges the list, and
// merging goes on beside both. What was applied is seen by every search that starts after Apply returned.
//
// It keeps no texts: a run of characters is found by its overlapping pairs, so a text that has all pairs of a run but not
// the run itself is found too (docs/decisions/0055). The owner of the texts is the catalogue; the index can always be made
// again from its table, and a snapshot only saves that work.
package find
