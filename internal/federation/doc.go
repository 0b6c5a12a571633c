// Package federation follows the neighbours: what a node made public is here as soon as it is proved.
//
// Follow fetches a neighbour's newest checkpoint, checks its signature and that the log has only grown, fetches the new
// entries, and takes them in only when they hash, together with all before them, to the signed root. So a leaf in
// v_public_leaf stands in a log that its node has signed and cannot take back unseen.
//
// A false signature, a log that has shrunk or forked, or entries that do not make the root are refused; what came is kept
// as evidence, the neighbour is shown with the problem, and nothing else stops. A problem of form or signature heals when a
// true answer comes; a fork does not, because two signed truths cannot be one log: a person has to look.
// A neighbour that is silent is late, which is no problem, and is asked again.
//
// The package sends nothing yet (letters come with the work across nodes) and decides nothing about what is recognised.
package federation
