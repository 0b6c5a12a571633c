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
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	objectionsMax = 200 // to one public notice
	contactMax    = 200 // characters of a name, and of how somebody wants to be answered
)

// PublicNotice shows a case to the public while anybody may object: a stage with a row by a role of `anyone`. It shows what
// the edition publishes at the step that led there, and neither number nor organisation of the case.
type PublicNotice struct {
	ID      unit.ID
	Scheme  string
	Title   fault.Words
	Edition string // digest
	Stage   string
	Words   fault.Words // of the stage
	Action  string      // by which anybody may object
	Say     fault.Words // of the action
	Since   time.Time
	Until   time.Time // the moment after the last; zero while the calendar does not reach so far
	Ended   time.Time // zero while it stands
	How     string    // the action by which it ended
	HowSay  fault.Words
	Kind    string // of the public leaf; "" if the edition publishes nothing there
	Fields  map[string]any
	Leaf    unit.ID
	Asks    []scheme.Field // what who objects fills in

	caseID unit.ID
}

// Open says whether one may object now.
func (p PublicNotice) Open(now time.Time) bool {
	return now.Before(p.Until) || p.Until.IsZero() && p.Ended.IsZero()
}

// Objection is what somebody had to say against what was shown.
type Objection struct {
	ID      unit.ID
	Notice  unit.ID
	At      time.Time
	Name    string // as it was given; desks alone read it
	Contact string
	Fields  map[string]string
	Step    int  // of the case, that it set off; 0 if an earlier objection had
	Settled bool // what was objected to has been decided since

	caseID unit.ID
}

// publicRow is the row of a stage by which anybody may object, if there is one.
func publicRow(sch *scheme.Scheme, stage string) (row scheme.Row, role string, ok bool) {
	if stage == sch.Start() {
		return row, "", false
	}
	for _, row := range sch.RowsFrom(stage) {
		for _, name := range row.Who {
			if r, known := sch.Roles.Get(name); known && r.Anyone {
				return row, name, true
			}
		}
	}
	return row, "", false
}

// announce ends the public notice of the stage that a case has left and begins that of the one it came to.
func (s *Service) announce(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, step Step, leaf *scheme.Published) error {
	if step.From == step.To {
		return nil
	}
	if _, _, shown := publicRow(sch, step.From); shown {
		if err := endPublic(ctx, tx, c.ID, tx.Now(), step.Action); err != nil {
			return fmt.Errorf("end the public notice of case %s: %w", c.No, err)
		}
	}
	row, _, shows := publicRow(sch, step.To)
	if !shows {
		return nil
	}
	due, err := s.due(ctx, tx, sch, c, row)
	if err != nil {
		return err
	}
	p := PublicNotice{ID: unit.NewID(tx.Now()), Scheme: sch.ID, Edition: sch.Digest, Stage: step.To, Action: row.Action, Since: tx.Now(), Leaf: step.Receipt, Fields: map[string]any{}, caseID: c.ID}
	if !due.Provisional {
		p.Until = due.At
	}
	if leaf != nil {
		p.Kind = leaf.Name
		for _, v := range leaf.Shows {
			p.Fields[v.Name] = plain(v.Value)
		}
	}
	if err := insertPublic(ctx, tx, p); err != nil {
		return fmt.Errorf("public notice of case %s: %w", c.No, err)
	}
	return nil
}

// reannounce writes until when a public notice stands after the calendar has changed.
func (s *Service) reannounce(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	row, _, shows := publicRow(sch, c.Stage)
	if !shows {
		return nil
	}
	due, err := s.due(ctx, tx, sch, c, row)
	if err != nil || due.Provisional {
		return err
	}
	return untilPublic(ctx, tx, c.ID, due.At)
}

// PublicNotices lists what is shown to the public now, the first that ends first; or what was shown before, the last first.
func (s *Service) PublicNotices(ctx context.Context, past bool, schemeID string, page, rows int) (out []PublicNotice, total int, err error) {
	rows = rowsOf(rows)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectPublics(ctx, tx, past, schemeID, rows, min((max(page, 1)-1)*rows, countMax)); err != nil {
			return err
		}
		for i := range out {
			s.sayPublic(&out[i])
		}
		return nil
	})
	return out, total, err
}

// PublicNotice is one of them.
func (s *Service) PublicNotice(ctx context.Context, id unit.ID) (p PublicNotice, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if p, err = selectPublic(ctx, tx, id); err == nil {
			s.sayPublic(&p)
		}
		return err
	})
	return p, err
}

// sayPublic adds the words of the edition, and what who objects fills in.
func (s *Service) sayPublic(p *PublicNotice) {
	sch, err := s.edition(Case{Scheme: p.Scheme, EditionDigest: p.Edition})
	if err != nil {
		return
	}
	p.Title, p.Words, p.Say, p.HowSay = sch.Title, sch.Say(p.Stage), sch.Say(p.Action), sch.Say(p.How)
	_, role, _ := publicRow(sch, p.Stage)
	for f := range sch.Form.All() {
		if f.By == role && f.Type != "file" && f.Type != "files" && f.Type != "group" {
			p.Asks = append(p.Asks, f)
		}
	}
}

// Object takes an objection from anybody, signed in or not. The first one takes the action of the scheme and leads the case
// back to its desk; one that comes later within the time is put beside it. Who objects stands neither in the history of the
// case nor in the journal: the desk alone reads a name, if one was given.
func (s *Service) Object(ctx context.Context, id unit.ID, name, contact string, typed map[string]string) (o Objection, err error) {
	name, contact = strings.TrimSpace(name), strings.TrimSpace(contact)
	for _, x := range []struct{ field, text string }{{"name", name}, {"contact", contact}} {
		if len([]rune(x.text)) > contactMax {
			return o, fault.New(fault.Invalid, "casework.contact_long", "most", contactMax).On(x.field)
		}
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		p, err := selectPublic(ctx, tx, id)
		if err != nil {
			return err
		}
		if !p.Open(tx.Now()) {
			return fault.New(fault.Conflict, "casework.public_over", "day", s.until(p.Until))
		}
		if n, err := countObjections(ctx, tx, id); err != nil || n >= objectionsMax {
			return fault.New(fault.TooMany, "casework.objections_many", "most", objectionsMax).Because(err)
		}
		c, sch, err := s.load(ctx, tx, p.caseID)
		if err != nil {
			return err
		}
		s.sayPublic(&p)
		o = Objection{ID: unit.NewID(tx.Now()), Notice: id, At: tx.Now(), Name: name, Contact: contact, Fields: map[string]string{}, caseID: c.ID}
		var wrong FieldErrors
		for _, f := range p.Asks {
			text := strings.TrimSpace(typed[f.Name])
			if text == "" {
				if needs(sch, p.Action, f.Name) {
					wrong = append(wrong, fault.New(fault.Invalid, "casework.field_missing", "rule", f.Words).On(f.Name))
				}
				continue
			}
			v, err := scheme.ParseField(f, text)
			if err == nil && len(text) > fieldMax {
				err = fault.New(fault.Invalid, "casework.field_long", "field", f.Words, "most", fieldMax)
			}
			if err != nil {
				wrong = append(wrong, fault.Of(err).On(f.Name))
				continue
			}
			o.Fields[f.Name] = text
			if p.Ended.IsZero() {
				c.Fields[f.Name] = v
			}
		}
		if len(wrong) > 0 {
			return wrong
		}
		if p.Ended.IsZero() {
			if err := s.objected(ctx, tx, sch, &c, p); err != nil {
				return err
			}
			o.Step = len(c.History)
		} else if err := s.tellObjection(ctx, tx, sch, c, o); err != nil {
			return err
		}
		if err := insertObjection(ctx, tx, o); err != nil {
			return fmt.Errorf("objection in case %s: %w", c.No, err)
		}
		return s.c.Access.Record(ctx, tx, access.System("public"), access.Entry{Act: "case.objection", Object: c.Object(), Region: c.Region, Detail: string(o.ID)})
	})
	return o, err
}

// objected takes the action by which anybody may object.
func (s *Service) objected(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case, p PublicNotice) error {
	row, role, ok := publicRow(sch, c.Stage)
	if !ok || row.Action != p.Action {
		return fault.New(fault.Conflict, "casework.public_over", "day", s.until(p.Until))
	}
	if err := sch.May(c.Stage, row.Action, role, c.done(row.Action)); err != nil {
		return err
	}
	q := scheme.Question{Stage: c.Stage, Action: row.Action, Role: role, Answers: c.Answers, Purse: c.Purse, Facts: s.facts(ctx, tx, sch, *c)}
	j, err := sch.Judge(q)
	if err != nil {
		return err
	}
	if !j.Goes {
		return refusal(sch, j)
	}
	if err := s.notWithBank(ctx, tx, sch, *c, row.Action); err != nil {
		return err
	}
	if err := s.commit(ctx, tx, access.System("public"), sch, c, j, q, part{role: role}, Action{Name: row.Action}); err != nil {
		return err
	}
	return s.onwards(ctx, tx, sch, c)
}

// tellObjection tells the desks that can act of one more objection.
func (s *Service) tellObjection(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, o Objection) error {
	if s.c.Notices == nil {
		return nil
	}
	for name, r := range sch.Roles.All() {
		to, ok := s.audience(sch, c, name)
		if !ok || r.Desk == "" || !acts(sch, c.Stage, name) {
			continue
		}
		if _, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: "case.objection", Object: c.Object(), Path: "/cases/" + string(c.ID) + "#objections",
			Title: fault.Words{fmt.Sprintf("又收到一条异议：%s %s", sch.Title[0], c.No), fmt.Sprintf("One more objection: %s %s", sch.Title[1], c.No)},
			Key:   c.Object() + "/objection/" + string(o.ID)}); err != nil {
			return err
		}
	}
	return nil
}

// Objection is what was received, for whoever has its id, which cannot be guessed: without name and contact.
func (s *Service) Objection(ctx context.Context, id unit.ID) (o Objection, p PublicNotice, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if o, err = selectObjection(ctx, tx, id); err != nil {
			return err
		}
		o.Name, o.Contact = "", ""
		if p, err = selectPublic(ctx, tx, o.Notice); err != nil {
			return err
		}
		s.sayPublic(&p)
		c, err := selectCase(ctx, tx, o.caseID)
		if err != nil {
			return err
		}
		sch, err := s.edition(c)
		if err != nil {
			return err
		}
		o.Settled = c.End != "" || !deskTurn(sch, c) && c.Changed.After(o.At)
		return nil
	})
	return o, p, err
}

// deskTurn says whether a desk can act in the case now.
func deskTurn(sch *scheme.Scheme, c Case) bool {
	return slices.ContainsFunc(sch.RowsFrom(c.Stage), func(r scheme.Row) bool { return slices.ContainsFunc(r.Who, sch.Desk) })
}

// Objections are those received in a case, with name and contact, for a desk of the scheme; nobody else reads them.
func (s *Service) Objections(ctx context.Context, who access.Actor, id unit.ID) (out []Objection, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if _, desk := s.speaks(sch, c, who); desk {
			out, err = selectObjections(ctx, tx, id)
		}
		return err
	})
	return out, err
}
