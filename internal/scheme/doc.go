// Package scheme reads a scheme from its folder and says what follows from it: who may do what, when, for how
// much, and what becomes public. Folders in, verdicts and postings out.
//
// A voucher, a research call, a benefit, an appeal, a joint acceptance are packs: a form, rules, a table of
// stages, money lines and tests. The package parses a pack with its shared layer, proves things about the merged
// whole before it takes a single fen, judges an action from facts, and judges it again later from the facts that
// were kept.
//
// It guarantees that deciding is pure: a verdict follows from the edition, the facts that were read and nothing
// else, so Replay of the kept facts gives the same answer. Every fact that a decision saw is returned with it.
// A pack that Check accepts neither strands, loses nor doubles money on any way through its stages.
//
// It has no database, moves no money and knows no ledger, no case and no clock: it returns postings and due
// times as data, and casework acts on them. It does not prove that a number or a condition is what the law says.
//
// The language is described in docs/scheme-language.md; the numbers in packs carry their basis there.
package scheme
