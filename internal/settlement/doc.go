// Package settlement settles what cases owe: payment lists for the treasury, the bank's answers to their lines, the
// accounts of payees, money that organisations pay back, and how all of it agrees with the books.
//
// A payment is a row of a scheme by which money leaves the books; no scheme, stage or action is known here by its name.
// A list gathers such payments. Its maker may drop lines until it is closed; then it has a number and a digest and never
// changes. Another person releases it, and only then is there a file for the treasury. The bank's answer takes the
// case's own action, in the same act as the answer is written: a payment counts as made when the bank says so. What
// came back goes the scheme's way back, and the payee needs an account that a desk has confirmed since before the money
// is sent again, on a later list.
//
// Guarantees: a case stands on one list at a time; an answer is taken once, however often its file is sent; a line that
// is not on a released list, has another sum or another account is refused by name and the others are taken.
// Refusals of a list's making come in the order: not yours, the case, on another list, the account, the sum.
//
// It moves no money: the case's scheme does, through the books. What stands in the files for the treasury and of the
// bank is data (formats/*.yaml); no published source gives such a format, so each says that it is not verified.
package settlement
