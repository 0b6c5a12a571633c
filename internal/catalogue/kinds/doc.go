// Package kinds reads what kinds of listing there are: an instrument, a facility, a data product. A kind is a file: its
// fields with their types, units and codes in both languages, which of them are public, searched, counted or shown in
// lists, and what can be done with a listing of it. A new kind is a new file, here or in a node's own folder.
//
// The package parses values as people write them into one canonical text each, so that equal values are equal texts:
// money in fen, decimals in their smallest step, codes by their code, several values one a line. It has no database and
// knows no listing.
//
// The fields of instruments and their codes follow what laboratories push to the national network platform of large
// instruments (NRII); each number of a kind names its basis and whether it is verified.
package kinds

import "embed"

// Files holds the kinds that the program carries, and the code lists that they name.
//
//go:embed *.yaml codes/*.csv
var Files embed.FS
