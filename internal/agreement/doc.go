// Package agreement keeps what was promised, and what became of it.
//
// An instrument (a framework or implementing agreement, an investment project, a plan) stands in the register with its
// parties, its day, its validity and the place where it was read: bytes of a published document, or its own text. From it
// come tasks: who leads, who helps, until which day, measured how, verified by whom, which is never the lead. Several
// lists may hold one task; a task may serve one above it, wait for others, and be tagged by goals, which are data.
//
// The colour of a task is not stored. It follows from the day, the working days since the due day, and the thresholds of
// lamps.yaml, so that a task turns red by itself when its day passes and nobody can forget to repaint it. A due day that
// was moved keeps the original beside it, and moves only when every party has agreed to the same digest. Done is what a
// verifier said upon evidence that still stands. Supervision follows supervision.yaml; what is told is told once.
//
// Nodes that hold one agreement hold the same text: its canonical bytes are digested and signed by each party, and what
// happens to a task travels as letters through a small interface of this room.
//
// The room does not read documents (reader does), decides no case, moves no money, and takes nothing that is classified
// by law. Sources: reference practice of regional task lists (清单化 项目化) for verification by another party and kept
// original days; RFC 8785 for canonical text, RFC 5545 for calendars; the thresholds are defaults and marked unverified.
package agreement
