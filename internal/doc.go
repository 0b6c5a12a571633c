// Package internal is the house: one package for each idea of the trade. This is the tour, from the ground up, in the
// order in which a newcomer reads it. Each package opens with a comment that says its idea, its guarantee, what it does
// not do and where its rules come from; this list says only why one would go there.
//
// The ground, which everything stands on:
//
//   - internal/fault names the few ways to refuse, with a sentence in Chinese and English for each code.
//   - internal/unit has the values with a unit or a check digit: money, credit codes, regions, industries, days,
//     the calendar of working days, ids.
//   - internal/db runs one SQL text on SQLite and PostgreSQL: an act is one transaction.
//   - internal/log is the transparency log of a node, whose leaves and receipts anybody can verify.
//   - internal/files keeps attachments by their digest.
//   - internal/notice tells people what happened and keeps what was told.
//   - internal/sheets writes a list as CSV or XLSX.
//
// The base:
//
//   - internal/access knows who is asking and what they may do, and keeps the journal of acts.
//
// The facts:
//
//   - internal/registry knows who exists and what was known of them on any day.
//   - internal/scheme reads a scheme from its folder and says what follows from it, without a database.
//   - internal/ledger keeps the books in exact double entry.
//   - internal/calendar knows which days are worked, and takes in the yearly holiday notice.
//   - internal/federation follows the neighbours' logs and takes in what is proved.
//
// The work:
//
//   - internal/casework takes what is asked for through the stages of its scheme.
//
// The desks:
//
//   - internal/reader reads published documents and proposes what they say.
//   - internal/agreement keeps what was promised, with its tasks and evidence.
//   - internal/catalogue keeps what is offered, by kinds that are files.
//   - internal/settlement makes payment lists, takes the bank's answers, and holds both against the books.
//   - internal/indicator shows a figure as a query with its evidence.
//
// The face and the door:
//
//   - internal/web serves pages and the API, and nothing else does.
//   - internal/node joins the rooms of one node, in floor order.
//   - internal/demo builds one seeded world through the operations that users have.
//
// Imports go down only, and rooms of one floor never import each other: they meet through small interfaces that the
// caller owns, joined in internal/node. Those walls, and the other rules that can be checked, are tests (tidy_test.go).
package internal
