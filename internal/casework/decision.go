package casework

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	appealsMax = 200 // cases against one decision that are listed
	prefixMin  = 8   // characters of a digest that name a decision
)

// Record is a decision with all that it rests on: the step with the value, source and time of every fact that its rules
// saw, the edition by digest, who decided by which mandate, and whether it comes out the same when it is judged again.
type Record struct {
	Replayed
	Case    Case
	Edition *scheme.Scheme
	Appeals []Case  // cases brought against it, as far as the reader may see them, the newest first
	Offers  []Offer // schemes of which the reader may open a case against it now
}

// Ref names the decision for a field of type `case`: number@digest.
func (r Record) Ref() string { return r.Case.No + "@" + r.Digest }

// Stood is what another way out of the stage answered when a person refused: the rules that stood in the way, with what
// would have passed.
type Stood struct {
	Action  string          `json:"action"`
	Verdict scheme.Result   `json:"verdict"`
	Answers []scheme.Answer `json:"answers"`
}

// Decision returns a step of a case as a record, to who may see the case. A step that is not there is not found.
func (s *Service) Decision(ctx context.Context, who access.Actor, id unit.ID, no int) (r Record, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return r, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		r = Record{}
		if r.Case, r.Edition, err = s.seenWith(ctx, tx, who, id); err != nil {
			return err
		}
		all, err := s.replay(r.Case)
		if err != nil {
			return err
		}
		if no < 1 || no > len(all) {
			return fault.New(fault.NotFound, "casework.decision_unknown")
		}
		r.Replayed = all[no-1]
		if r.Appeals, err = s.appeals(ctx, tx, who, r); err != nil {
			return err
		}
		r.Offers = s.appealOffers(tx, who, r)
		if r.Case, err = s.shown(ctx, tx, who, r.Case); err == nil {
			r.Step = r.Case.History[no-1] // without the values that this reader may not see
		}
		return err
	})
	return r, err
}

// appeals are the cases that name the decision in a field.
func (s *Service) appeals(ctx context.Context, tx *db.Tx, who access.Actor, r Record) (out []Case, err error) {
	ids, err := selectAgainst(ctx, tx, r.Case.ID, r.Digest)
	if err != nil {
		return nil, fmt.Errorf("cases against a decision of %s: %w", r.Case.No, err)
	}
	for _, id := range ids {
		if c, ok, err := s.seenShown(ctx, tx, who, id); err != nil {
			return nil, err
		} else if ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// appealOffers are the schemes in force that have a field for a decision and that the reader may open for the case's
// organisation. What a party did itself is not appealed against.
func (s *Service) appealOffers(tx *db.Tx, who access.Actor, r Record) (out []Offer) {
	if r.Step.Role != "" && r.Edition.Party(r.Step.Role) || access.May(who, access.CaseCreate, access.Scope{Org: r.Case.Org}) != nil {
		return nil
	}
	offered := map[string]bool{}
	for _, x := range s.Schemes() {
		sch, err := s.inForce(x.ID, r.Case.Region, s.today(tx.Now()))
		if err != nil || offered[sch.ID] || sch.Parent != "" || !s.startsFor(sch, who, r.Case.Org) {
			continue
		}
		if _, ok := s.decisionField(sch); ok {
			offered[sch.ID] = true
			out = append(out, Offer{Scheme: sch.ID, Title: sch.Title})
		}
	}
	return out
}

// decisionField is the field in which whoever opens a case of the scheme names a decision.
func (s *Service) decisionField(sch *scheme.Scheme) (scheme.Field, bool) {
	for f := range sch.Form.All() {
		if f.Type == "case" && acts(sch, sch.Start(), f.By) {
			return f, true
		}
	}
	return scheme.Field{}, false
}

// Appeal opens a case of a scheme against a decision, with the field that names it filled in. The same key opens it once.
func (s *Service) Appeal(ctx context.Context, who access.Actor, id unit.ID, no int, schemeID, key string) (Case, error) {
	r, err := s.Decision(ctx, who, id, no)
	if err != nil {
		return Case{}, err
	}
	offered := false
	for _, o := range r.Offers {
		offered = offered || o.Scheme == schemeID
	}
	if !offered {
		return Case{}, fault.New(fault.Conflict, "casework.appeal_not_offered", "scheme", schemeID).On("scheme")
	}
	c, err := s.Create(ctx, who, schemeID, r.Case.Org, key)
	if err != nil {
		return c, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return c, err
	}
	f, _ := s.decisionField(sch)
	if c.Fields[f.Name].Known() { // the same key again
		return c, nil
	}
	return s.Save(ctx, who, c.ID, c.Version, map[string]string{f.Name: r.Ref()})
}

// cutRef parts number@digest.
func cutRef(text string) (no, digest string, ok bool) {
	no, digest, ok = strings.Cut(strings.TrimSpace(text), "@")
	return strings.TrimSpace(no), strings.ToLower(strings.TrimSpace(digest)), ok
}

// decisionNamed reads what was typed into a field of type `case`: a number and the beginning of a decision's digest. It
// must be a decision that the actor may see, and is kept by its whole digest.
func (s *Service) decisionNamed(ctx context.Context, tx *db.Tx, who access.Actor, own unit.ID, f scheme.Field, v scheme.Value) (scheme.Value, error) {
	c, h, digest, err := s.findDecision(ctx, tx, who, v.Text)
	switch {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		return v, err
	case err != nil || c.ID == own || h.No == 0:
		return v, fault.New(fault.Invalid, "casework.decision_none", "field", f.Words, "least", prefixMin)
	}
	return scheme.Value{Kind: scheme.Case, Text: c.No + "@" + digest}, nil
}

// findDecision finds the step that a reference names.
func (s *Service) findDecision(ctx context.Context, tx *db.Tx, who access.Actor, ref string) (c Case, h Step, digest string, err error) {
	unknown := fault.New(fault.NotFound, "casework.decision_unknown")
	typed, prefix, ok := cutRef(ref)
	no, err := unit.ParseCaseNo(typed)
	if !ok || err != nil || len(prefix) < prefixMin {
		return c, h, "", unknown
	}
	all, err := queryCases(ctx, tx, sqlByNo, string(no))
	if err != nil {
		return c, h, "", err
	}
	if len(all) == 0 {
		return c, h, "", unknown
	}
	if c, err = s.seen(ctx, tx, who, all[0].ID); err != nil {
		return c, h, "", err
	}
	for _, step := range c.History {
		d, err := step.digest(c)
		if err != nil {
			return c, h, "", err
		}
		if strings.HasPrefix(d, prefix) {
			return c, step, d, nil
		}
	}
	return c, h, "", unknown
}

// FindDecision finds the decision that a value of a field of type `case` names, for a link to it.
func (s *Service) FindDecision(ctx context.Context, who access.Actor, ref string) (id unit.ID, no int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, h, _, err := s.findDecision(ctx, tx, who, ref)
		id, no = c.ID, h.No
		return err
	})
	return id, no, err
}

// bind keeps beside the fields of a case which decisions they name.
func (s *Service) bind(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	for f := range sch.Form.All() {
		if f.Type != "case" {
			continue
		}
		no, digest, ok := cutRef(c.Fields[f.Name].Text)
		if err := putAgainst(ctx, tx, c.ID, f.Name, no, digest, ok); err != nil {
			return fmt.Errorf("decision that %s of case %s names: %w", f.Name, c.No, err)
		}
	}
	return nil
}

// auditBound compares what is kept beside the fields with what they name.
func (s *Service) auditBound(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (found []string, err error) {
	for f := range sch.Form.All() {
		if f.Type != "case" {
			continue
		}
		kept, err := selectBound(ctx, tx, c.ID, f.Name)
		if err != nil {
			return nil, err
		}
		if named := c.Fields[f.Name].Text; named != kept {
			found = append(found, fmt.Sprintf("case %s: %s names decision %q, kept beside it is %q", c.No, f.Name, named, kept))
		}
	}
	return found, nil
}

// stood judges, where a person refuses, the other ways that the same role had out of the stage: what a refused person is
// told would have passed. Only what does not pass is kept.
func (s *Service) stood(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, q scheme.Question) (out []Stood, err error) {
	for _, row := range sch.RowsFrom(q.Stage) {
		if end, _ := sch.IsEnd(row.To); !row.ByPerson() || row.Action == q.Action || end == scheme.Refused || end == scheme.Ended || !row.Allows(q.Role) {
			continue
		}
		other := q
		other.Action, other.Reason, other.Facts = row.Action, "-", s.facts(ctx, tx, sch, c)
		j, err := sch.Judge(other)
		if err != nil {
			return nil, err
		}
		if j.Verdict != scheme.Pass {
			out = append(out, Stood{row.Action, j.Verdict, j.Answers})
		}
	}
	return out, nil
}

// standsAgain says what of the kept answers to other actions comes out otherwise now.
func standsAgain(sch *scheme.Scheme, q scheme.Question, all []Stood) (differ []string, err error) {
	for _, x := range all {
		var kept []scheme.SeenFact
		other := q
		other.Action, other.Reason, other.Answers = x.Action, "-", map[string]bool{}
		for _, a := range x.Answers {
			kept = mergeSeen(kept, a.Saw)
			if a.Ask != "" && a.Result != scheme.ManualAnswer {
				other.Answers[a.Need] = a.Result == scheme.Pass
			}
		}
		j, err := sch.Replay(other, kept)
		if err != nil {
			return nil, err
		}
		if j.Verdict != x.Verdict {
			differ = append(differ, fmt.Sprintf("%s would be %s, kept %s", x.Action, j.Verdict, x.Verdict))
		}
	}
	return differ, nil
}
