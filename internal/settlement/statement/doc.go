// Package statement keeps the monthly statements between two jurisdictions: what a treasury paid in a month for what
// providers of the other jurisdiction did.
//
// A payer's node tells the host's node by a letter, in the act of each step, how an order stands; a provider records in its
// own node what it billed and received, and that node tells it back. A statement is of one payer, one host and one month,
// and is cut off by the numbers of these letters, so that two clocks cannot disagree about what belongs in it.
//
// Each side computes its own lines. The payer's come from its cases and its books as they stood when the month ended, not
// from what it wrote in letters. The host's come from the letters that it holds and from what its providers recorded. Both
// lists are exchanged and compared line by line by both, and every difference is named by order, with both values. An officer
// of each side signs the text that both computed; then each node publishes its totals as a leaf, without names or orders.
//
// What is in dispute is in no total. It stands in the next month's statement again, as does an order that moved after its
// month was closed: the line says how the order stands now, and the totals take only what was not signed for before. What
// one jurisdiction pays and what the other does are two statements; nothing is set off against anything.
//
// The package moves no money and knows no scheme.
package statement
