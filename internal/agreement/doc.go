// Package agreement keeps what was promised, and what became of it.
//
// An agreement stands in the register with its parties, its kind, its day and the place in a published
// document where it was read; a person accepted it before it came here. From an agreement come tasks: what is
// to be done, who has to do it, until which day. The colour of a task is not stored. It follows from the day,
// the working days since the due day, and the thresholds of lamps.yaml, so that a task turns red by itself
// when its day passes and nobody can forget to repaint it. A due day that was moved keeps the original beside it.
//
// The room does not read documents (reader does) and decides no case. Source of the thresholds: lamps.yaml.
package agreement
