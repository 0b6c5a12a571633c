// Package ledger keeps exact double-entry books.
//
// An account has a path ("310000/voucher/2026/budget"), one asset, and may refuse to go below zero. A
// transfer moves an amount from the account it debits to the account it credits: here debit is where the
// money leaves and credit is where it arrives, so an account's balance is its credits minus its debits, and
// the balances of an asset always add up to nothing. Amounts are whole fen, or hundredths of another asset.
//
// # Transfers
//
// A transfer has an id chosen by the caller, which is the idempotency key, and one of four kinds:
//
//	field      post      hold      capture   release
//	ID         required  required  required  required   1 to 128 bytes, no control characters
//	Debit      required  required  optional  optional   of a capture or release: the hold's, if given
//	Credit     required  none      required  none
//	Amount     required  required  required  none       zero moves nothing and is entered all the same
//	Of         none      none      required  required   the id of the hold
//	Last       none      none      optional  none       a capture that frees what it does not take
//	Ref, Note  optional  optional  optional  optional   what it belongs to; a sentence for the reader
//	Reverses   optional  none      none      none       the id of the entry of which this is the mirror
//
// A post moves now. A hold sets aside: the money stays in the account, counts as held, and is no longer
// available. A capture moves at most what is left of its hold; the rest stays held unless the capture is the
// last. A release frees what is left. A hold is gone when it is released, when its last capture is made, or
// when nothing is left of it; a hold of zero is gone with its first capture. A hold never expires.
//
// Transfers given to one Apply, in the caller's own act, or to one Enter, which is an act of its own, are linked: all
// are entered or none. The same id with the same content is
// answered as the first time and moves nothing; with other content it is refused. A refused transfer leaves
// no trace, and its id may be used again. A transfer that is already entered does not stop the others of its
// chain: after Apply has answered nil each of them stands in the books exactly once.
//
// # Reversals
//
// An entry is never changed or taken away. A mistake is put right by its mirror: a post of the same amount
// with debit and credit exchanged that names the entry in Reverses (Mirror makes it). Both stay in every
// sum. Posts and captures can be reversed, once; a reversal cannot be reversed, and the floor of the account
// that gives the money back holds as ever. Reversing a capture brings the money back to the account and
// makes it available there; the hold does not come back, because its room may have been spent: who needs it
// links a new hold in the same Apply.
//
// # Order of refusals
//
// When several rules refuse a transfer, the first of this list is the answer. What the transfer says by
// itself comes first, then its id, then what it names, then what there is:
//
//	 1  ledger.chain_too_long    more transfers in one call than are taken
//	 2  ledger.text              ID, Ref, Note, Of, Reverses: empty, too long, or with control characters
//	 3  ledger.kind              no such kind
//	 4  ledger.field_missing     a required field is empty
//	 5  ledger.field_unused      a field is given that the kind does not have
//	 6  ledger.amount_negative
//	 7  ledger.range             the amount alone is over unit.FenMax
//	 8  ledger.same_account      debit and credit are one account; after 12 where a capture leaves out debit
//	 9  ledger.id_taken          the id is in the books with other content
//	10  ledger.no_hold           Of names no hold
//	11  ledger.hold_account      Debit is not the account of the hold
//	12  ledger.no_account        debit, then credit
//	13  ledger.asset_mixed       the accounts are of two assets
//	14  ledger.no_entry          Reverses names no entry
//	15  ledger.not_reversible    a hold, a release or a reversal
//	16  ledger.not_mirror        not the exact mirror of the entry
//	17  ledger.reversed          the entry is reversed already
//	18  ledger.hold_gone         nothing can be done with the hold any more
//	19  ledger.over_hold         more than is left of the hold
//	20  ledger.overdrawn         more than is available where there is a floor; holds count as spent
//	21  ledger.range             a balance would leave ±unit.FenMax
//
// # Guarantee
//
// Entries are append only: triggers refuse UPDATE and DELETE in both databases. Each entry carries both
// accounts' balances after it, its number in each account, and a digest over its content and the digests of
// the entries before it in both accounts; time never runs backwards in an account. Only the balances of
// accounts and what is left of holds are ever updated, and Audit recomputes those from the entries. Export
// writes the books for hledger and beancount, which recompute them without us.
//
// The package knows no scheme, case or jurisdiction, decides nothing about who may post, and converts no
// asset into another. Idempotency by the caller's id, two phases, linked transfers and the ordered list of
// refusals follow TigerBeetle; the mirror that stays in the sums, the log by digest and the balances as of a
// day are what users of Formance, Blnk and Mojaloop asked for.
package ledger
