// Package soak runs a community of nodes as processes of their own, cuts and heals what lies between them, kills them without
// warning, sets their clocks apart, and buys thousands of services across the borders meanwhile. Afterwards it asks every node
// what became of every order and holds the answers against a model that knows only what was asked and what was answered.
//
// The parts: world.go founds the community and knows who acts in it; process.go keeps each node's process; links.go stands
// between the nodes; trouble.go decides, from a seed, what breaks when; order.go is the life of one order as those who take part
// in it live it, over HTTP; history.go keeps what was asked and answered; model.go says what must hold, and evidence.go gathers what
// the nodes say. Nothing here looks into a node but over HTTP, and by `corridor audit` when all have stopped.
//
// Money is integer fen, times are the machine's unless called the world's. A run is repeated by its seed only as far as the machine
// plays along: which act meets which fault is a matter of moments.
package soak
