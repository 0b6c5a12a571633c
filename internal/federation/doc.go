// Package federation follows the neighbours: what a node made public is here as soon as it is proved.
//
// Follow fetches a neighbour's newest checkpoint, checks its signature and that the log has only grown, fetches the new
// entries, and takes them in only when they hash, together with all before them, to the signed root. So a leaf in
// v_public_leaf stands in a log that its node has signed and cannot take back unseen. A log that is far ahead is taken in
// pieces, each proved to be the beginning of what was signed.
//
// A false signature, a log that has shrunk or forked, or entries that do not make the root are refused; what came is kept
// as evidence, the neighbour is shown with the problem, and nothing else stops. A problem of form or signature heals when a
// true answer comes. A fork does not: it is said only when the log's own signatures prove it (two signed roots of which one
// is not the beginning of the other), and then a person has to look. A neighbour that is silent is late, which is no
// problem, and is asked again, less and less often.
//
// A node is also a witness of its neighbours' checkpoints and asks them to be one of its own (C2SP tlog-witness,
// tlog-cosignature v1). It signs only what continues all that it has signed and followed of that log before, and makes that
// durable first. Its own log counts nobody's word: cosignatures are served with the checkpoint as they come, and how many
// are wanted stands in the community file.
//
// Neighbours come from the settings, from requests that a person confirmed by comparing a fingerprint, and from the community
// file: a signed, versioned text that names the nodes, their keys and how many signatures a new version needs.
//
// Letters are private messages between two nodes. An act writes one with Send; it is numbered for its pair, names the digest of
// the one before, is signed (httpsig, RFC 9421) with a key that the log of its node names, and is brought again and again until
// its signed answer is here. The other node applies it once, in its turn, in the act of the room that took its kind with Handle.
// A letter that is repeated gets the answer of the first time; one that is changed, out of turn, cut, from another time or under
// a key that has ended is turned away with a reason, counted and shown on both sides. What this does not do: say that a letter
// which was held back forever was written; its writer sees it wait.
//
// The package decides nothing about what is recognised.
package federation
