package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// callsMax is how many calls are listed.
const callsMax = 500

// Call is a case under which any organisation may open a case of its own now: a research call that takes proposals. It is
// read by whoever is signed in, as far as its form is public.
type Call struct {
	ID          unit.ID
	No          string
	Scheme      string
	Title       fault.Words
	Org         string      // "" where the scheme narrows who is told
	OrgName     fault.Words // withheld likewise
	Region      unit.Region
	Stage       fault.Words
	Since       time.Time // when it came into the stage
	Until       time.Time // the moment after the last in time; zero while the calendar does not reach so far
	Provisional bool
	Public      []CallField
	Offers      []Offer
	Mine        []Case // cases under it of organisations for which the reader acts, that go on
}

// CallField is a public field of a call.
type CallField struct {
	scheme.Field
	Value scheme.Value
}

// outsideOf are the entries under which anybody may open a case while a case stands in a stage; every stage for "".
func outsideOf(sch *scheme.Scheme, stage string) (out []scheme.Children) {
	for _, ch := range sch.Cases.All() {
		if sch.Outside(ch) && (stage == "" || slices.Contains(ch.In, stage)) {
			out = append(out, ch)
		}
	}
	return out
}

// Calls lists the cases under which anybody may open one now, the first that ends first.
func (s *Service) Calls(ctx context.Context, who access.Actor) (out []Call, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, sch := range s.Schemes() {
			seen := map[string]bool{}
			for _, ch := range outsideOf(sch, "") {
				for _, stage := range ch.In {
					if seen[stage] {
						continue
					}
					seen[stage] = true
					all, err := selectWaiting(ctx, tx, sch.Digest, stage, callsMax-len(out))
					if err != nil {
						return fmt.Errorf("calls of %s: %w", sch.ID, err)
					}
					for _, c := range all {
						x, err := s.call(ctx, tx, who, sch, c)
						if err != nil {
							return err
						}
						out = append(out, x)
					}
				}
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Call) int { return unit.Sooner(a.Until, b.Until) })
	return out, err
}

// Call is one of them; of a case that takes none now it is not found.
func (s *Service) Call(ctx context.Context, who access.Actor, id unit.ID) (x Call, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return x, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.openCall(ctx, tx, id)
		if err != nil {
			return err
		}
		x, err = s.call(ctx, tx, who, sch, c)
		return err
	})
	return x, err
}

// openCall finds a case under which anybody may open one now.
func (s *Service) openCall(ctx context.Context, tx *db.Tx, id unit.ID) (Case, *scheme.Scheme, error) {
	c, sch, err := s.load(ctx, tx, id)
	if db.NoRows(err) || err == nil && len(outsideOf(sch, c.Stage)) == 0 {
		return Case{}, nil, fault.New(fault.NotFound, "casework.call_unknown")
	}
	return c, sch, err
}

// call is a case as everybody reads it.
func (s *Service) call(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case) (x Call, err error) {
	if len(c.History) == 0 {
		if c, sch, err = s.load(ctx, tx, c.ID); err != nil {
			return x, err
		}
	}
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return x, fmt.Errorf("organisation of call %s: %w", c.No, err)
	}
	x = Call{ID: c.ID, No: c.No, Scheme: sch.ID, Title: sch.Title, Org: c.Org, OrgName: o.Name, Region: c.Region, Stage: sch.Say(c.Stage), Since: c.Opened}
	if told, err := s.toldOrg(ctx, tx, sch, c); err != nil || told == "" {
		x.Org, x.OrgName, x.Region = "", withheld, unit.Region(sch.Jurisdiction)
		if err != nil {
			return x, err
		}
	}
	stays := visits(c, sch)
	x.Since = stays[len(stays)-1].At
	if _, due, found, err := sch.FiresAt(stays, s.c.Calendar, s.facts(ctx, tx, sch, c)); err != nil {
		return x, err
	} else if found {
		x.Until, x.Provisional = due.At, due.Provisional
	}
	for f := range sch.Form.All() {
		if v := c.Fields[f.Name]; f.Public == "true" && v.Known() {
			x.Public = append(x.Public, CallField{f, v})
		}
	}
	for _, ch := range outsideOf(sch, c.Stage) {
		if child, err := s.Scheme(ch.Scheme); err == nil {
			x.Offers = append(x.Offers, Offer{ch.Scheme, child.Title})
		}
	}
	under, err := queryCases(ctx, tx, sqlUnder, string(c.ID), childrenMax)
	for _, m := range under {
		if actsFor(who, m.Org) && m.End == "" && m.Org != c.Org {
			if err := s.label(ctx, tx, sch, &m); err != nil {
				return x, err
			}
			x.Mine = append(x.Mine, m)
		}
	}
	return x, err
}

// AnswerCall opens a case for one's own organisation under a case of another, where the scheme of that one lets anybody, in the
// stage in which it stands. The same key of the same person answers with the case that it opened the first time.
func (s *Service) AnswerCall(ctx context.Context, who access.Actor, call unit.ID, schemeID, org, key string) (Case, error) {
	return s.create(ctx, who, schemeID, org, call, key)
}

// startedIn is where a case is opened under another: by which entry, in which edition, and with what the other gives it.
func (s *Service) startedIn(ctx context.Context, tx *db.Tx, parent unit.ID, schemeID string) (sch *scheme.Scheme, fields map[string]scheme.Value, err error) {
	p, up, err := s.load(ctx, tx, parent)
	if err != nil {
		return nil, nil, err
	}
	for _, ch := range up.Cases.All() {
		if ch.Scheme != schemeID || ch.StartedBy == "" {
			continue
		}
		if fields, err = s.given(ctx, tx, up, p, ch, scheme.Value{}); err != nil {
			return nil, nil, err
		}
		if up.Outside(ch) { // it is judged where the call is, wherever who answers it belongs
			sch, err = s.childEdition(up, schemeID, s.today(tx.Now()), scheme.Value{})
		}
		return sch, fields, err
	}
	return nil, nil, nil
}

// mayPropose says whether a case of the scheme may be opened by anybody under this one now; outside is false where the
// scheme lets no stranger open one at all.
func (s *Service) mayPropose(p Case, up *scheme.Scheme, sch *scheme.Scheme) (outside bool, err error) {
	for _, ch := range outsideOf(up, "") {
		if ch.Scheme != sch.ID {
			continue
		}
		if !slices.Contains(ch.In, p.Stage) {
			return true, fault.New(fault.Conflict, "casework.call_closed", "scheme", sch.Title).On("parent")
		}
		return true, nil
	}
	return false, nil
}

// given by the case above: an organisation in such a field reads the case, and plays its role, from when the form shows the
// field. Until then, as long as proposals stand sealed, it is not told that there is one.
func unshown(sch *scheme.Scheme, c Case) map[string]bool {
	out := map[string]bool{}
	for f := range sch.Form.All() {
		if f.By == "parent" && f.ShownWhen != "" && c.Fields[f.Name].Kind == scheme.Org && !sch.Shows(f.Name, c.Stage, c.Fields) {
			out[f.Name] = true
		}
	}
	return out
}

// keepGiven writes down who reads a case after its stage has changed, where that hangs on the stage.
func (s *Service) keepGiven(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, step Step) error {
	hangs := false
	for f := range sch.Form.All() {
		hangs = hangs || f.By == "parent" && f.Type == "org" && f.ShownWhen != ""
	}
	if !hangs || step.From == step.To {
		return nil
	}
	if err := keepReaders(ctx, tx, c.ID, readersOf(sch, c)); err != nil {
		return fmt.Errorf("readers of case %s: %w", c.No, err)
	}
	return nil
}

// rank is the place of a case among those of its scheme under the same case, by the score of an ask: one more than how many
// that go on or were granted have a higher one. It is unknown as long as the score of one of them may still come.
func (w *world) rank(ask string, own Asked) (scheme.Value, error) {
	if w.c.Parent == "" || own.Opening == 0 || !own.settled() || !own.Score.Known() {
		return scheme.Value{}, nil
	}
	all, err := queryCases(w.ctx, w.tx, sqlUnder, string(w.c.Parent), childrenMax)
	if err != nil {
		return scheme.Value{}, fmt.Errorf("cases beside %s: %w", w.c.No, err)
	}
	place := int64(1)
	for _, x := range all {
		if x.ID == w.c.ID || x.Scheme != w.c.Scheme || x.End == scheme.Refused || x.End == scheme.Ended {
			continue
		}
		sch, err := w.s.edition(x)
		if err != nil {
			return scheme.Value{}, err
		}
		asks, err := w.s.asksOf(w.ctx, w.tx, sch, x.ID)
		if err != nil {
			return scheme.Value{}, err
		}
		its := Case{Asks: asks}.asked(ask)
		switch {
		case its.Opening == 0 && !comesTo(sch, x.Stage, ask): // it will have none
		case its.Opening == 0, !its.settled(), !its.Score.Known():
			return scheme.Value{}, nil
		case its.Score.Int > own.Score.Int:
			place++
		}
	}
	return scheme.CountValue(place), nil
}

// comesTo says whether a case that stands in a stage can still come to the opening of an ask.
func comesTo(sch *scheme.Scheme, stage, ask string) bool {
	decl, _ := sch.Asks.Get(ask)
	ahead := sch.Reaches(stage)
	return slices.ContainsFunc(sch.Stages, func(r scheme.Row) bool {
		return ahead[r.From] && slices.Contains(decl.OpenedBy, r.Action)
	})
}

// reached counts the cases of an entry that have ever come into a stage, whatever came later.
func (w *world) reached(ch scheme.Children, stage string) (scheme.Value, error) {
	n, err := countReached(w.ctx, w.tx, w.c.ID, ch.Scheme, stage)
	return scheme.CountValue(n), err
}

// sealedBy is until when a field that is filled in now stays sealed: so long as a parameter says, or until the day that a fact of
// the case above names is over.
func (s *Service) sealedBy(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, by string) (scheme.Due, error) {
	facts := s.facts(ctx, tx, sch, c)
	if !strings.HasPrefix(by, "parent.") {
		return sch.AskDue(scheme.Ask{Within: by}, tx.Now(), s.c.Calendar, facts)
	}
	v, _, err := facts.Fact(by)
	if err != nil {
		return scheme.Due{}, err
	}
	if !v.Known() { // the calendar does not reach so far: nobody opens it before it does
		return scheme.Due{Provisional: true}, nil
	}
	return scheme.Due{At: v.Day().Add(1).Start(s.c.Calendar.Location()).UTC()}, nil
}

// underSeen are those of the cases under one that the actor may see: of strangers, those that he may read themselves.
func (s *Service) underSeen(ctx context.Context, tx *db.Tx, who access.Actor, up *scheme.Scheme, p Case, all []Case, err error) ([]Case, error) {
	if err != nil || len(outsideOf(up, "")) == 0 {
		return all, err
	}
	out := all[:0]
	for _, c := range all {
		if c.Org != p.Org {
			if _, err := s.find(ctx, tx, who, c.ID); fault.KindOf(err) == fault.NotFound {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}
