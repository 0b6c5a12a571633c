package settlement

import (
	"strings"

	"corridor/internal/access"
)

// accountShown is how many digits of an account are told to somebody who does not pay it.
const accountShown = 4

// reads says whether somebody reads the whole account of a payment: the desk that pays it, and the payee's own people. A
// scheme narrows who reads the account on its form, and a list would tell it to everybody who reads lists.
func reads(who access.Actor, p Payment) bool {
	if access.May(who, access.PayeeEdit, access.Scope{Org: p.Payee}) == nil {
		return true
	}
	for _, g := range who.Grants {
		if g.Role == p.Desk && (g.Region == "" || p.Region.In(g.Region)) {
			return true
		}
	}
	return false
}

// veiled is a payment as the actor may read it: of an account that is not theirs to read the last digits stay, by which it
// is known again.
func veiled(who access.Actor, p Payment) Payment {
	if reads(who, p) {
		return p
	}
	n := max(len(p.Account)-accountShown, 0)
	p.Account = strings.Repeat("*", n) + p.Account[n:]
	return p
}
