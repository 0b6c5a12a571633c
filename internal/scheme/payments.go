package scheme

import (
	"slices"
	"strings"
)

// What a pack says of payments is said by its money lines and nowhere else: no action is a payment by its name.

// Pays says whether a row sends money out: desks alone act on it, and a line of it arrives in an account that leaves
// the books.
func (s *Scheme) Pays(r Row) bool { return s.moves(r, func(l MoneyLine) string { return l.To }) }

// PaysOut says whether a payment is made on some way through the scheme.
func (s *Scheme) PaysOut() bool { return slices.ContainsFunc(s.Stages, s.Pays) }

// BringsBack says whether a row by desks takes money back from an account that leaves the books.
func (s *Scheme) BringsBack(r Row) bool {
	return s.moves(r, func(l MoneyLine) string { return l.From })
}

func (s *Scheme) moves(r Row, side func(MoneyLine) string) bool {
	if !r.ByPerson() || !s.desksAct(r) {
		return false
	}
	for _, l := range s.MoneyAt(r.Action) {
		if a, ok := s.Accounts.Get(side(l)); ok && a.Kind == Out {
			return true
		}
	}
	return false
}

// WayBack is the row by which a payment that did not arrive goes back: it leads from where the payment led to where the
// payment can be made again.
func (s *Scheme) WayBack(paid Row) (Row, bool) {
	for _, r := range s.RowsFrom(paid.To) {
		if r.To == paid.From && s.BringsBack(r) {
			return r, true
		}
	}
	return Row{}, false
}

// Recovers says whether a row enters money that a party has to pay back: it brings money back, and is no way back of a
// payment that did not arrive.
func (s *Scheme) Recovers(r Row) bool {
	if !s.BringsBack(r) {
		return false
	}
	for _, p := range s.Stages {
		if p.To == r.From && p.From == r.To && s.Pays(p) {
			return false
		}
	}
	return true
}

// FixedAt is the action at which an amount of a money line is fixed; "" for none.
func (s *Scheme) FixedAt(amount string) string {
	a, _ := s.Amounts.Get(amount)
	return a.At
}

// OutPaths are the paths of the accounts that leave the books, of those whose path holds no fact of a case.
func (s *Scheme) OutPaths() []string { return s.paths(Out) }

// BudgetPaths are the paths of the budgets, of those whose path holds no fact of a case.
func (s *Scheme) BudgetPaths() []string { return s.paths(Budget) }

func (s *Scheme) paths(kind AccountKind) []string {
	var out []string
	for _, a := range s.Accounts.All() {
		if a.Kind != kind {
			continue
		}
		path := strings.ReplaceAll(a.Path, "{jurisdiction}", s.Jurisdiction)
		if from, to := s.InForce[0].Day(), s.InForce[1].Day(); from.Valid() && to.Valid() && from.Year() == to.Year() {
			path = strings.ReplaceAll(path, "{year}", CountValue(int64(from.Year())).String())
		}
		if !strings.Contains(path, "{") {
			out = append(out, path)
		}
	}
	return out
}

// CountsWorkdays says whether a time limit is written in working days.
func (s *Scheme) CountsWorkdays(clock string) bool {
	p, ok := s.Params.Get(clock)
	return ok && p.Unit() == Duration && p.Value.Text == "wd"
}
