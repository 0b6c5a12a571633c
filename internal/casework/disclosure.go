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
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	disclosureReadsMax = 500 // readings that are listed of one case, the newest
	disclosureCases    = 500 // cases of an organisation that are looked through for what was paid and what stands
)

// DisclosureState is how a disclosure stands.
type DisclosureState string

// How a disclosure can stand.
const (
	DisclosurePreview   DisclosureState = "preview"   // not made yet: what would be shown now
	DisclosureShown     DisclosureState = "shown"     // those whom the scheme names read it
	DisclosureExpired   DisclosureState = "expired"   // its last day is over
	DisclosureWithdrawn DisclosureState = "withdrawn" // the organisation took its consent back
	DisclosureEnded     DisclosureState = "ended"     // the case has ended
	DisclosureAgain     DisclosureState = "again"     // another took its place
)

// Disclosure is what an organisation shows, or would show, to those whom its case asks.
type Disclosure struct {
	federation.Disclosure
	Case     Case // as the reader may see it
	Field    scheme.Field
	State    DisclosureState
	Digest   string // of the facts: what is agreed to
	Agreed   bool   // the form holds this digest
	Was      bool   // the form holds another digest: the facts have changed since
	MadeAt   time.Time
	OverAt   time.Time // when it ended before its last day; zero: it did not
	Leaf     unit.ID   // in the log; "" of a preview
	Text     []byte    // canonical JSON that was signed, with Salt; nil of a preview
	Salt     []byte
	Own      bool             // the reader acts for the organisation whose facts they are
	MayAgree bool             // the reader can agree now
	MayEnd   bool             // the reader can take the consent back
	Reads    []DisclosureRead // for the organisation itself, the newest first
}

// DisclosureRead is one time that somebody read it.
type DisclosureRead struct {
	At      time.Time
	Person  unit.ID
	By      string
	Role    string // of the scheme
	Words   fault.Words
	Org     string // organisation or office, "" for a desk of none
	OrgName fault.Words
	How     string // page, file, operation, score
}

// Disclosure reads what a case discloses. For the organisation whose facts they are it says how it stands, before it is made what would
// be shown now, and who read it. Others read it in a role that the scheme names, until its last day, the end of the case or the
// withdrawal of the consent; each of their readings is written down, with how (page, file or operation), for the organisation to see. The
// order of refusals: the case is not to be seen, it discloses nothing, not for this reader, not made yet, over.
func (s *Service) Disclosure(ctx context.Context, who access.Actor, id unit.ID, how string) (d Disclosure, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return d, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, f, err := s.seenDisclosing(ctx, tx, who, id)
		if err != nil {
			return err
		}
		row, made, err := selectDisclosed(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("disclosure of case %s: %w", c.No, err)
		}
		if d, err = s.disclosure(ctx, tx, who, sch, c, f, row, made); err != nil || d.Own {
			return err
		}
		return s.readDisclosure(ctx, tx, who, sch, c, d, row, how)
	})
	return d, err
}

// seenDisclosing is a case that somebody may see, with its scheme and the field that discloses; of a scheme without one it is not found.
func (s *Service) seenDisclosing(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (c Case, sch *scheme.Scheme, f scheme.Field, err error) {
	if c, sch, err = s.seenWith(ctx, tx, who, id); err != nil {
		return c, sch, f, err
	}
	f, ok := sch.Disclosure()
	if !ok {
		err = fault.New(fault.NotFound, "casework.disclosure_none")
	}
	return c, sch, f, err
}

// disclosure is how the disclosure of a case stands for a reader.
func (s *Service) disclosure(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, f scheme.Field, row disclosed, made bool) (d Disclosure, err error) {
	d = Disclosure{Field: f, Own: hasOrg(who, c.Org)}
	d.MayAgree = s.fills(sch, c, who, f) && sch.Shows(f.Name, c.Stage, c.Fields)
	agreed := c.Fields[f.Name].Text
	if made {
		if d.Disclosure, err = federation.ReadDisclosure(row.text); err != nil {
			return d, fmt.Errorf("read the disclosure of case %s: %w", c.No, err)
		}
		d.State, d.MadeAt, d.Leaf, d.Text, d.Salt, d.OverAt = row.state(s.today(tx.Now())), db.Time(row.Made), row.Leaf, row.text, row.salt, timeOrNever(row.Over)
		_, mine := s.holds(sch, c, who, f.By)
		d.MayEnd = mine && d.State == DisclosureShown
	} else if d.Own {
		d.State = DisclosurePreview
		if d.Disclosure, err = s.gather(ctx, tx, sch, c, f); err != nil {
			return d, err
		}
	}
	if d.Digest, err = d.Facts.Digest(); err != nil {
		return d, err
	}
	d.Agreed, d.Was = agreed == d.Digest, agreed != "" && agreed != d.Digest
	if d.Own {
		if d.Reads, err = s.disclosureReads(ctx, tx, sch, c.ID); err != nil {
			return d, err
		}
	}
	d.Case, err = s.shown(ctx, tx, who, c)
	return d, err
}

// readDisclosure refuses whoever may not read it now, and writes down who does.
func (s *Service) readDisclosure(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, d Disclosure, row disclosed, how string) error {
	readers := s.disclosureReaders(sch, c, who, d.Field)
	if len(readers) == 0 {
		return fault.New(fault.Denied, "casework.disclosure_not_for_you")
	}
	if err := s.stillShown(d); err != nil {
		return err
	}
	return s.writeRead(ctx, tx, who, c, row, readers[0], how)
}

// reader is a role of a scheme with the mandate by which somebody plays it.
type reader struct{ role, mandate string }

// disclosureReaders are the roles in which somebody reads what a case discloses, in the order of the field.
func (s *Service) disclosureReaders(sch *scheme.Scheme, c Case, who access.Actor, f scheme.Field) (out []reader) {
	for _, name := range f.Discloses.To {
		if m, plays := s.holds(sch, c, who, name); plays {
			out = append(out, reader{name, m})
		}
	}
	return out
}

// stillShown refuses what was not made yet, and what is over.
func (s *Service) stillShown(d Disclosure) error {
	switch d.State {
	case "", DisclosurePreview:
		return fault.New(fault.NotFound, "casework.disclosure_none")
	case DisclosureExpired:
		return fault.New(fault.Gone, "casework.disclosure_expired", "until", d.Until)
	case DisclosureWithdrawn:
		return fault.New(fault.Gone, "casework.disclosure_withdrawn", "day", s.today(d.OverAt))
	case DisclosureEnded, DisclosureAgain:
		return fault.New(fault.Gone, "casework.disclosure_ended", "day", s.today(d.OverAt))
	}
	return nil
}

// writeRead writes a reading down, for the organisation whose facts they are and in the journal.
func (s *Service) writeRead(ctx context.Context, tx *db.Tx, who access.Actor, c Case, row disclosed, by reader, how string) error {
	r := DisclosureRead{At: tx.Now(), Person: who.Person, By: who.Name, Role: by.role, Org: orgOfGrant(who, by.mandate), How: how}
	if err := insertDisclosureRead(ctx, tx, c.ID, row.No, r); err != nil {
		return fmt.Errorf("reading of the disclosure of case %s: %w", c.No, err)
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.disclosure_read", Object: c.Object(), Region: c.Region, Mandate: by.mandate, Detail: how})
}

// orgOfGrant is the organisation or office of the grant by which somebody acts.
func orgOfGrant(who access.Actor, mandate string) string {
	for _, g := range who.Grants {
		if g.String() == mandate {
			return g.Org
		}
	}
	return ""
}

// state is how a disclosure stands on a day.
func (d disclosed) state(today unit.Day) DisclosureState {
	switch {
	case d.Over > 0:
		return DisclosureState(d.OverWhy)
	case today > d.Until:
		return DisclosureExpired
	}
	return DisclosureShown
}

func (s *Service) disclosureReads(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, id unit.ID) ([]DisclosureRead, error) {
	all, err := selectDisclosureReads(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		r := &all[i]
		r.Words = sch.Say(r.Role)
		if r.Org == "" {
			continue
		}
		if o, err := s.c.Registry.Org(ctx, tx, r.Org); err == nil {
			r.OrgName = o.Name
		} else if a, err := s.c.Registry.Authority(ctx, tx, r.Org, s.today(tx.Now())); err == nil {
			r.OrgName = a.Name
		} else if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
	}
	return all, nil
}

// AgreeDisclosure puts the digest of facts that somebody has seen into the form: that is the consent. Facts that are others by now are
// refused, and whoever agrees looks again.
func (s *Service) AgreeDisclosure(ctx context.Context, who access.Actor, id unit.ID, digest string) error {
	d, err := s.Disclosure(ctx, who, id, "page")
	switch {
	case err != nil:
		return err
	case !d.MayAgree || d.State != DisclosurePreview:
		return fault.New(fault.Denied, "casework.field_not_yours", "field", d.Field.Words)
	case digest != d.Digest:
		return fault.New(fault.Conflict, "casework.disclosure_changed")
	}
	_, err = s.Save(ctx, who, id, 0, map[string]string{d.Field.Name: digest})
	return err
}

// WithdrawDisclosure takes the consent back: from now on nobody reads the facts but the organisation itself, and the leaf is withdrawn.
func (s *Service) WithdrawDisclosure(ctx context.Context, who access.Actor, id unit.ID) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, f, err := s.seenDisclosing(ctx, tx, who, id)
		if err != nil {
			return err
		}
		mandate, mine := s.holds(sch, c, who, f.By)
		if !mine {
			return fault.New(fault.Denied, "casework.field_not_yours", "field", f.Words)
		}
		row, made, err := selectDisclosed(ctx, tx, id)
		if err != nil {
			return err
		}
		if !made || row.state(s.today(tx.Now())) != DisclosureShown {
			return fault.New(fault.Conflict, "casework.disclosure_over")
		}
		if err := s.endDisclosure(ctx, tx, row, DisclosureWithdrawn); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.disclosure_withdrawn", Object: c.Object(), Region: c.Region, Mandate: mandate})
	})
}

// disclose makes what an action discloses: the facts have to be those that were agreed to, and a disclosure that stands is over. Of the
// commitment the step keeps what it saw.
func (s *Service) disclose(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, step *Step) error {
	f, ok := sch.DisclosesAt(step.Action)
	if !ok {
		return nil
	}
	d, err := s.gather(ctx, tx, sch, c, f)
	if err != nil {
		return err
	}
	digest, err := d.Facts.Digest()
	if err != nil {
		return err
	}
	if digest != c.Fields[f.Name].Text {
		return fault.New(fault.Conflict, "casework.disclosure_changed").On(f.Name)
	}
	sealed, err := d.Seal()
	if err != nil {
		return err
	}
	old, there, err := selectDisclosed(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if there && old.Over == 0 {
		if err := s.endDisclosure(ctx, tx, old, DisclosureAgain); err != nil {
			return err
		}
	}
	row := disclosed{Case: c.ID, No: old.No + 1, Until: d.Until, Made: db.Micros(tx.Now()), text: sealed.Text, salt: sealed.Salt}
	if row.Leaf, err = s.c.Log.Append(ctx, tx, sealed.Leaf(d.Made, d.Until, c.Object())); err != nil {
		return fmt.Errorf("sign the disclosure of case %s: %w", c.No, err)
	}
	step.Decision.Seen = append(step.Decision.Seen, scheme.SeenFact{Name: "disclosure", Value: scheme.TextValue(sealed.Commitment),
		Vouched: scheme.Vouched{By: "registry:" + s.c.Self, At: tx.Now()}, Words: f.Words})
	return insertDisclosed(ctx, tx, row)
}

// endDisclosures ends what a case that has ended disclosed.
func (s *Service) endDisclosures(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if _, discloses := sch.Disclosure(); !discloses || c.End == "" {
		return nil
	}
	row, made, err := selectDisclosed(ctx, tx, c.ID)
	if err != nil || !made || row.Over > 0 {
		return err
	}
	return s.endDisclosure(ctx, tx, row, DisclosureEnded)
}

// endDisclosure ends a disclosure before its last day. Its leaf is withdrawn at once, or, where it has no number yet, as soon as it has.
func (s *Service) endDisclosure(ctx context.Context, tx *db.Tx, row disclosed, why DisclosureState) error {
	if err := overDisclosed(ctx, tx, row, string(why)); err != nil {
		return fmt.Errorf("end the disclosure of case %s: %w", row.Case, err)
	}
	_, err := s.takeBack(ctx, tx, row)
	return err
}

// takeBack withdraws the leaf of a disclosure that is over; false says that it has no number yet.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, row disclosed) (bool, error) {
	_, err := s.c.Log.Withdraw(ctx, tx, row.Leaf, corridorlog.Withdrawal{Day: s.today(tx.Now()), Reason: "出示已终止 no longer shown"})
	if fault.CodeOf(err) == "log.pending" {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("withdraw the leaf of a disclosure of case %s: %w", row.Case, err)
	}
	return true, takenBackDisclosed(ctx, tx, row)
}

// takeBackDisclosures withdraws leaves that had no number when their disclosures ended.
func (s *Service) takeBackDisclosures(ctx context.Context) (done int, err error) {
	var owed []disclosed
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		owed, err = selectDisclosuresOwed(ctx, tx)
		return err
	}); err != nil || len(owed) == 0 {
		return 0, err
	}
	for _, row := range owed {
		went := false
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
			went, err = s.takeBack(ctx, tx, row)
			return err
		}); err != nil {
			return done, err
		}
		if went {
			done++
		}
	}
	return done, nil
}

// gather puts together what a case would disclose now.
func (s *Service) gather(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, f scheme.Field) (d federation.Disclosure, err error) {
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return d, fmt.Errorf("organisation of case %s: %w", c.No, err)
	}
	d = federation.Disclosure{Node: s.c.Self, Org: c.Org, Name: o.Name, Case: c.No, Title: sch.Title, For: []string{}, Made: s.today(tx.Now())}
	due, err := sch.AskDue(scheme.Ask{Within: f.Discloses.Until}, tx.Now(), s.c.Calendar, s.facts(ctx, tx, sch, c))
	if err != nil {
		return d, err
	}
	d.Until = s.today(due.At.Add(-time.Microsecond))
	d.For = shownTo(sch, c, f)
	own, err := selectOrgCases(ctx, tx, c.Org, disclosureCases)
	if err != nil {
		return d, fmt.Errorf("cases of %s: %w", c.Org, err)
	}
	if d.Facts.Labels, err = s.labelFacts(ctx, tx, c.Org, f.Discloses.Labels, d.Made); err != nil {
		return d, err
	}
	if d.Facts.Paid, err = s.paidFacts(ctx, tx, own, f.Discloses.Paid); err != nil {
		return d, err
	}
	d.Facts.Contracts, err = s.contractFacts(ctx, tx, own, f.Discloses.Contracts)
	return d, err
}

// shownTo are the organisations that play, by the form, the roles which read a disclosure.
func shownTo(sch *scheme.Scheme, c Case, f scheme.Field) []string {
	out := []string{}
	for _, name := range f.Discloses.To {
		r, _ := sch.Roles.Get(name)
		from := r.Party
		if r.Seat != "" {
			ask, _ := sch.Asks.Get(r.Seat)
			from = ask.Seats
		}
		field, named := strings.CutPrefix(from, "form.")
		if !named {
			continue
		}
		for _, v := range parts(c.field(field)) {
			if v.Kind == scheme.Org {
				out = append(out, v.Text)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
