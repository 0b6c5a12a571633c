// Package demo builds one seeded world of synthetic organisations and plays the main job in it.
//
// The world is a community in one process: nodes of jurisdictions and the community's office, each with its own
// database, its own key and its own address, following each other's logs over HTTP. It is built through the
// operations that users have, with a clock that only goes forward and can be moved. Building it again finds what
// stands there and adds what is missing, so a world that was cut off goes on where it stopped.
//
// Everything in it is made up and says so: organisations are named as synthetic, people are named by their desk,
// documents are texts of ours about events that did not happen.
//
// A world of the size yrd has a past: two years of purchases under a made-up earlier edition (earlier/), and as many instruments as were
// published, entered by the imports and the acts that people have while the clock is moved along. docs/demo.md says what it is made of.
//
// The tour plays the line from a published document to a figure through the public HTTP interface alone, prints
// each step with its evidence, and fails at the first thing that does not hold. It may be cut off anywhere and
// started again: what was done is found, not done twice.
package demo
