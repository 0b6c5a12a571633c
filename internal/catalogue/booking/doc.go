// Package booking keeps who uses which instrument when, at which price, and lets no two overlap.
//
// An instrument has a plan (opening hours by weekday, exceptions, set-up and clean-up, steps and limits of duration, lead
// time, horizon, training) and dated prices by class of user. Both are data of the owner: another version follows, none is
// changed. A booking is asked for, quoted, and confirmed by the owner or at once, as the plan says. A refusal says the
// rule with its numbers, and the first slot that would pass.
//
// Guarantee: two bookings of one instrument that take time never overlap, set-up and clean-up included. The act checks
// it to refuse with a sentence; the database refuses it again, whoever writes (an exclusion constraint on PostgreSQL, a
// trigger on SQLite). A blackout, a fault, a calibration and an outside calendar shut exactly from one moment to another:
// set-up and clean-up may lie inside, as they may lie outside the opening hours. A request takes no time: several may ask
// for one slot, and the first that is confirmed has it. Instants are UTC in whole minutes; days and opening hours are
// those of the wall clock in the instrument's zone, also where summer time begins or ends.
//
// The room moves no money: it says what is charged. Who owns the listing of an instrument is asked through Offers. Sources:
// RFC 5545 (calendars), RFC 7986; reference rules 2.6 for the way of a booking. Every number of a rule stands in the plan.
package booking
