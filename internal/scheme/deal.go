package scheme

import (
	"cel.dev/cel-go/common/ast"
)

// Deal is who bears what when something is bought through a scheme and the scheme pays one of several: under the edition as it
// stands, or under another choice that the same rules know.
type Deal struct {
	Param, Value string // the choice on which the payee hangs; "" where the pack knows one payee only
	InForce      bool   // the edition pays so
	Payee        string // organisation; "" while that cannot be told
	Pays         Estimate
}

// PriceOf finds the fields of a pack through which a thing is bought at a price: the organisation that provides it, and the field
// that the price of its slot fills. ok is false for any other pack.
func (s *Scheme) PriceOf() (provider, price string, ok bool) {
	for f := range s.Form.All() {
		switch {
		case f.Type == "org" && f.From == "catalogue.provider":
			provider = f.Name
		case f.Type == "slot" && f.Price != "":
			price = f.Price
		}
	}
	return provider, price, provider != "" && price != ""
}

// Deals says, for each choice of the param on which the payee hangs, whom the money of a way reaches and what it will be, with the
// facts that can be had now. The choice of the edition comes first. A way on which no own account sends money out has none.
func (s *Scheme) Deals(way []Row, f Facts) (out []Deal, err error) {
	account, amount := s.goesOut(way)
	if account == "" {
		return nil, nil
	}
	for _, d := range s.payees(account) {
		as := s
		if d.Param != "" {
			p, _ := s.Params.Get(d.Param)
			as = s.pinned(map[string]Value{d.Param: {Kind: p.Value.Kind, Text: d.Value}})
		}
		r := as.reading(f, as.Start(), &Purse{})
		if p, err := as.place(r, account); err == nil {
			d.Payee = p.Owner
		}
		d.Pays = as.estimate(r, amount)
		if r.failed != nil {
			return nil, r.failed
		}
		out = append(out, d)
	}
	return out, nil
}

// goesOut is the own account from which money of a way leaves the books, and the amount.
func (s *Scheme) goesOut(way []Row) (account, amount string) {
	for _, row := range way {
		for _, l := range s.MoneyAt(row.Action) {
			from, _ := s.Accounts.Get(l.From)
			to, _ := s.Accounts.Get(l.To)
			if from.Kind == Own && to.Kind == Out && l.Amount != "" {
				return l.From, l.Amount
			}
		}
	}
	return "", ""
}

// payees are the choices of the param that the owner of an account hangs on, that of the edition first.
func (s *Scheme) payees(account string) []Deal {
	if e := s.compiled.owners[account]; e != nil {
		for name, p := range s.Params.All() {
			if len(p.Choices) == 0 || p.By != "" || !mentions(e.ast.Expr(), name) {
				continue
			}
			out := []Deal{{Param: name, Value: p.Value.Text, InForce: true}}
			for _, c := range p.Choices {
				if c != p.Value.Text {
					out = append(out, Deal{Param: name, Value: c})
				}
			}
			return out
		}
	}
	return []Deal{{InForce: true}}
}

// mentions says whether an expression reads a name.
func mentions(x ast.Expr, name string) bool {
	switch x.Kind() {
	case ast.IdentKind:
		return x.AsIdent() == name
	case ast.CallKind:
		for _, a := range x.AsCall().Args() {
			if mentions(a, name) {
				return true
			}
		}
	}
	return false
}
