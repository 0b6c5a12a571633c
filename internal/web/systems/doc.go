// Package systems is the list of the named systems that the platform has to serve, and how far each one is served.
//
// The idea: the community announced 177 systems by name, among them platforms, funds, plans, vouchers and
// recognitions. One row for each says what a user does there, which capabilities that needs and which of our rooms
// carry it. A row that claims to work names the page a user opens and the test that proves it.
//
// The guarantee, kept by the tests beside it: the rows are numbered 1 to 177 without a gap, speak Chinese and English
// everywhere, use only known words, and a row is "works" or "partly" only if its page is an operation of the node and
// its test stands in the tree. docs/systems.md is printed from the same file and can say nothing else.
//
// What it does not do: it runs no test and serves no page. The figures in it are those of published reports, kept so
// that a reader can recognise the system; the figures that Corridor itself vouches for are made by the room indicator.
//
// The rows were derived by hand from five published reports of 2020 to 2025 on the Yangtze River Delta; names and
// figures are theirs, the jobs are in our own words.
package systems
