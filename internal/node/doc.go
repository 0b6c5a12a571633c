// Package node joins the rooms of one node, in floor order, and runs it.
//
// A node is one database, one folder of files, one key and one address. Open brings the rooms up and changes
// nothing but the schema; Run serves HTTP and keeps the loops going (the log's sequencer, the followers of the
// neighbours, the clocks of cases) until its context ends; Audit checks that everything that is kept twice
// agrees. The package decides nothing: it only hands each room the rooms below it.
//
// It stands at the door because `corridor serve`, `corridor demo`, `corridor audit` and the tests need the same
// joining; see docs/decisions/0003-node.md.
package node
