// Package usage keeps what instruments did, what of it was reported, what was charged, and what came of samples.
//
// A machine log gives runs. Each is laid beside the bookings of its instrument: the one that it overlaps longest says whose
// run it was. What no booking explains waits for a person, and counts for nothing until then. Hours are outside hours where
// the user is another unit that is not affiliated with the owner; where the registry cannot say, the run is unsure and waits
// too. From runs come the hours of a year, the records for the national network platform, and the charge sheets of a month.
//
// Guarantees: a run of a machine is kept once, by the machine's own number; two runs of one instrument never overlap, so
// that no hour counts twice; a duty-free instrument whose customs fields are not complete takes no outside hours; what is on
// a charge sheet is on no other one, and its run does not change any more; of a receipt no more is claimed than came in.
// Refusals come in the order: may you, the instrument, the times, the overlap, customs.
//
// The room books no money (the ledger does) and sends nothing to the platform: it writes the file that is sent and keeps
// what the platform said. Numbers of policy stand in rules.yaml with their basis. Sources: reference rules 2.2 (fields and
// codes of the service record), 2.5 (who counts as outside), 2.6 (prices), 2.7 (formulas).
package usage
