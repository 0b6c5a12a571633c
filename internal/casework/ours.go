package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	nearlyMost   = 2      // things that stand in the way of a scheme which an organisation nearly fits
	paidEntries  = 10_000 // entries of the books that are read of what an organisation was paid, the newest
	expiresAhead = 400    // days ahead in which what ends is said
	expiredSince = 60     // days back
)

// Ours is what stands for one organisation over all schemes of this node, as of one moment.
type Ours struct {
	Org     registry.Org
	At      time.Time
	Looks   []Outlook     // every scheme in force that it could ask for, judged now
	Abroad  []Outlook     // schemes that neighbours run, this node does not, and that are open to it as far as their rules say
	Running []OwnCase     // its cases that go on, what is due first before the others
	Paid    []PaidYear    // the newest year first
	Expires []Expiry      // the earliest first
	Rounds  []RoundCloses // of schemes that it could ask for now, when the next round closes
}

// OwnCase is a case of the organisation that goes on.
type OwnCase struct {
	Case
	Yours  bool      // the actor can act in it now
	Fires  time.Time // when it goes on by itself; zero: not by time
	Next   fault.Words
	Lapses bool // what the organisation can do with it ends then: a voucher that was not spent, a draft that nobody filed
}

// PaidYear is what an organisation was paid in one year of the calendar by cases of one scheme, less what came back.
type PaidYear struct {
	Year   int
	Scheme string
	Title  fault.Words
	Cases  int
	Sum    unit.Fen
}

// ExpiryKind is what ends.
type ExpiryKind string

// What can end.
const (
	LabelEnds   ExpiryKind = "label"
	CaseEnds    ExpiryKind = "case" // a voucher, or another case that lapses by itself
	EditionEnds ExpiryKind = "edition"
)

// Expiry is something that an organisation has, or could ask for, with its last day.
type Expiry struct {
	Kind  ExpiryKind
	Words fault.Words
	Note  string   // the case's number, the issuer of a label, the edition
	ID    string   // of the case or scheme; the label
	Last  unit.Day // the last day on which it holds
}

// RoundCloses is the next time that cases of a scheme are ranked together, for whoever files today.
type RoundCloses struct {
	Scheme      string
	Title       fault.Words
	At          time.Time // the moment after the last in time
	Provisional bool
}

// Fit is how near an organisation is to a scheme.
type Fit string

// How near it can be.
const (
	Open   Fit = "open"   // nothing that is known stands in the way
	Nearly Fit = "nearly" // a few things do
	Far    Fit = "far"
)

// Missing are the rules that stand in the way: they fail, or what they read cannot be had.
func (x Outlook) Missing() (out []OutlookRule) {
	for _, r := range x.Rules {
		if r.Result != scheme.Pass && !r.Hangs {
			out = append(out, r)
		}
	}
	return out
}

// Wants says that a case of another scheme has to stand open first, and none does.
func (x Outlook) Wants() bool { return x.Above[0] != "" && x.Under == nil }

// Fit says how near the organisation is.
func (x Outlook) Fit() Fit {
	n := len(x.Missing())
	if x.Wants() {
		n++
	}
	switch {
	case n == 0 && x.Verdict == scheme.Pass:
		return Open
	case n <= nearlyMost:
		return Nearly
	}
	return Far
}

// Ours reads what stands for an organisation of the actor's over all schemes. One for which the actor does not act is not found.
func (s *Service) Ours(ctx context.Context, who access.Actor, org string) (o Ours, err error) {
	_, err = s.lookingAhead(ctx, who, org, true, func(tx *db.Tx, of registry.Org, own []Case, facts *world) (err error) {
		o = Ours{At: tx.Now(), Org: of}
		if o.Looks, err = s.looks(ctx, tx, who, o.Org, own, *facts); err != nil {
			return err
		}
		if o.Abroad, err = s.elsewhere(ctx, o.Org, *facts); err != nil {
			return err
		}
		if o.Running, err = s.runningOf(ctx, tx, who, org, own); err != nil {
			return err
		}
		if o.Paid, err = s.paidTo(ctx, tx, own); err != nil {
			return err
		}
		if o.Rounds, err = s.roundsAhead(ctx, tx, o, *facts); err != nil {
			return err
		}
		labels, err := s.c.Registry.Labels(ctx, tx, org)
		o.Expires = s.expires(o, labels, facts.day)
		return err
	})
	return o, err
}

// runningOf are the cases that go on, as lines of a list, with when they move by themselves.
func (s *Service) runningOf(ctx context.Context, tx *db.Tx, who access.Actor, org string, own []Case) (out []OwnCase, err error) {
	fires, err := selectFires(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	var going []Case
	for _, c := range own {
		if c.End == "" {
			going = append(going, c)
		}
	}
	if err := s.lines(ctx, tx, going); err != nil {
		return nil, err
	}
	for _, c := range going {
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		x := OwnCase{Fires: fires[c.ID]}
		for _, row := range sch.RowsFrom(c.Stage) {
			if row.ByClock() {
				end, _ := sch.IsEnd(row.To)
				x.Next, x.Lapses = sch.Say(row.To), end != scheme.Granted && row.To != c.Stage && ofUse(sch, c.Stage)
			}
		}
		for _, wait := range c.Waits {
			_, mine := s.holds(sch, c, who, wait.Role)
			x.Yours = x.Yours || mine
		}
		if x.Case, err = s.shownLine(ctx, tx, who, c); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b OwnCase) int { return cmp.Or(unit.Sooner(a.due(), b.due()), cmp.Compare(a.No, b.No)) })
	return out, nil
}

// ofUse says whether an organisation can do something with its case in a stage: act in it, or begin another one under it.
func ofUse(sch *scheme.Scheme, stage string) bool {
	for _, row := range sch.RowsFrom(stage) {
		if row.ByPerson() && sch.Party(row.Who[0]) {
			return true
		}
	}
	for _, ch := range sch.Cases.All() {
		if ch.StartedBy != "" && sch.Party(ch.StartedBy) && slices.Contains(ch.In, stage) {
			return true
		}
	}
	return false
}

// due is the first time at which somebody has to act.
func (c OwnCase) due() (first time.Time) {
	for _, w := range c.Waits {
		if !w.Due.IsZero() && (first.IsZero() || w.Due.Before(first)) {
			first = w.Due
		}
	}
	return first
}

// paidTo sums up what left the books in cases, by year and scheme.
func (s *Service) paidTo(ctx context.Context, tx *db.Tx, own []Case) (out []PaidYear, err error) {
	of := map[string]Case{}
	for _, c := range own {
		of[c.Object()] = c
	}
	entries, err := selectPaidTo(ctx, tx, of, s.OutAccounts())
	if err != nil {
		return nil, fmt.Errorf("what was paid: %w", err)
	}
	at, counted := map[PaidYear]int{}, map[string]bool{}
	for _, e := range entries {
		c := of[e.ref]
		key := PaidYear{Year: unit.DayOf(e.at, s.c.Calendar.Location()).Year(), Scheme: c.Scheme}
		i, there := at[key]
		if !there {
			i = len(out)
			at[key] = i
			sch, err := s.edition(c)
			if err != nil {
				return nil, err
			}
			out = append(out, PaidYear{Year: key.Year, Scheme: c.Scheme, Title: sch.Title})
		}
		if seen := fmt.Sprint(key.Year, e.ref); !counted[seen] {
			counted[seen] = true
			out[i].Cases++
		}
		if out[i].Sum, err = out[i].Sum.Add(e.sum); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b PaidYear) int { return cmp.Or(b.Year-a.Year, cmp.Compare(a.Scheme, b.Scheme)) })
	return out, nil
}

// roundsAhead are the next closings of rounds of those schemes that the organisation could ask for.
func (s *Service) roundsAhead(ctx context.Context, tx *db.Tx, o Ours, w world) (out []RoundCloses, err error) {
	for _, x := range o.Looks {
		if x.Scheme.Round == nil || x.Fit() == Far {
			continue
		}
		w.sch, w.c = x.Scheme, Case{Scheme: x.Scheme.ID, Org: o.Org.Code, Region: o.Org.Region, Changed: tx.Now()}
		due, err := x.Scheme.DueAt(roundRow(x.Scheme), []scheme.Visit{{Stage: x.Scheme.Round.Waits, At: tx.Now()}}, s.c.Calendar, &w)
		if fault.KindOf(err) == fault.Conflict { // the table of closings needs what is not filled in yet
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("next round of %s: %w", x.Scheme.ID, err)
		}
		if !due.At.IsZero() {
			out = append(out, RoundCloses{x.Scheme.ID, x.Scheme.Title, due.At, due.Provisional})
		}
	}
	return out, nil
}

// expires are the ends that lie near: of labels, of cases that lapse, of editions that could be asked for.
func (s *Service) expires(o Ours, labels []registry.Label, today unit.Day) (out []Expiry) {
	near := func(e Expiry) {
		if e.Last.Valid() && e.Last >= today.Add(-expiredSince) && e.Last <= today.Add(expiresAhead) {
			out = append(out, e)
		}
	}
	for _, l := range labels {
		last := l.Until
		if l.Revoked.Valid() {
			last = l.Revoked.Add(-1)
		}
		near(Expiry{LabelEnds, registry.LabelWords(l.Label), l.Issuer, l.Label, last})
	}
	for _, c := range o.Running {
		if c.Lapses && !c.Fires.IsZero() {
			near(Expiry{CaseEnds, c.Title, c.No, string(c.ID), unit.DayOf(c.Fires.Add(-time.Microsecond), s.c.Calendar.Location())})
		}
	}
	for _, x := range o.Looks {
		near(Expiry{EditionEnds, x.Scheme.Title, x.Scheme.Edition, x.Scheme.ID, s.LastDay(x.Scheme)})
	}
	slices.SortStableFunc(out, func(a, b Expiry) int { return cmp.Compare(a.Last, b.Last) })
	return out
}
