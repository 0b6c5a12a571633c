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

// Opening is how what is sealed in a case is opened: after its day one person of a desk asks for it with a reason, and
// another opens it. Whose case it is, is told.
type Opening struct {
	Asked      time.Time
	By, Name   string // person, and what they are called
	Role       fault.Words
	Reason     string
	Fields     []string // that were due, by name
	Ended      time.Time
	OpenedBy   string // "" while it waits, and when it was taken back
	OpenedName string
	OpenedRole fault.Words

	role, openedRole string
}

// Opens says that the opening was carried out.
func (o Opening) Opens() bool { return o.OpenedBy != "" }

// Sealed is what is sealed in a case and how it was opened, as a reader may know it.
type Sealed struct {
	Case     Case
	Seals    []Seal
	Openings []Opening // the newest first
	Due      []string  // fields that the reader might open: their day is over and the reader may read them
	MayAsk   bool      // of this reader
	MayOpen  bool
	MayEnd   bool // the own asking may be taken back
}

// over says whether the day is over; from then on it can be opened.
func (x Seal) over(now time.Time) bool { return !x.Opens.IsZero() && !now.Before(x.Opens) }

// SealedIn is what is sealed in a case, to whoever may see the case. It opens nothing.
func (s *Service) SealedIn(ctx context.Context, who access.Actor, id unit.ID) (out Sealed, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return out, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, _, _, err = s.sealedIn(ctx, tx, who, id)
		return err
	})
	return out, err
}

// sealedIn is that, with the edition and the reader's desk.
func (s *Service) sealedIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (out Sealed, sch *scheme.Scheme, role string, err error) {
	c, sch, err := s.seenWith(ctx, tx, who, id)
	if err != nil {
		return out, nil, "", err
	}
	if len(c.Seals) == 0 {
		return out, sch, "", fault.New(fault.NotFound, "casework.seal_none")
	}
	if out.Case, err = s.shown(ctx, tx, who, c); err != nil {
		return out, sch, "", err
	}
	out.Seals = c.Seals
	if out.Openings, err = selectOpenings(ctx, tx, id); err != nil {
		return out, sch, "", err
	}
	for i := range out.Openings {
		o := &out.Openings[i]
		o.Role, o.OpenedRole = sch.Say(o.role), sch.Say(o.openedRole)
	}
	for _, x := range c.Seals {
		if x.over(tx.Now()) && x.Opened.IsZero() && s.readsField(ctx, tx, sch, who, c, x.Field) {
			out.Due = append(out.Due, x.Field)
		}
	}
	role, desk := s.speaks(sch, c, who)
	if !desk || len(out.Due) == 0 {
		return out, sch, "", nil
	}
	o, waits := waiting(out.Openings)
	out.MayAsk, out.MayOpen, out.MayEnd = !waits, waits && o.By != string(who.Person), waits && o.By == string(who.Person)
	return out, sch, role, nil
}

// waiting is the opening that waits for the second person.
func waiting(all []Opening) (Opening, bool) {
	for _, o := range all {
		if o.Ended.IsZero() {
			return o, true
		}
	}
	return Opening{}, false
}

// readsField says whether the scheme lets somebody read a field once it is no longer sealed. What cannot be judged does not.
func (s *Service) readsField(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, who access.Actor, c Case, name string) bool {
	sight, narrowed := sch.See[name]
	if !narrowed {
		return true
	}
	on, err := s.narrows(ctx, tx, sch, c, sight)
	return err == nil && (!on || s.reads(sch, who, c, name, sight))
}

// AskOpening asks that what is due in a case be opened. Before the day it is refused and written into the journal, whoever
// asks. It is for a desk of the scheme, with a reason; somebody else of a desk opens.
func (s *Service) AskOpening(ctx context.Context, who access.Actor, id unit.ID, reason string) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	reason, err := reasonGiven(reason)
	if err != nil {
		return err
	}
	var refused error
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		refused = nil
		in, sch, role, err := s.sealedIn(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if refused, err = s.tooEarly(ctx, tx, who, in); refused != nil || err != nil {
			return err
		}
		if !in.MayAsk {
			return notToOpen(in, role)
		}
		o := Opening{Asked: tx.Now(), By: string(who.Person), Name: who.Name, Reason: reason, Fields: in.Due, role: role}
		if err := insertOpening(ctx, tx, id, o); err != nil {
			return fmt.Errorf("ask to open what is sealed in %s: %w", in.Case.No, err)
		}
		if err := s.recordOpening(ctx, tx, who, in.Case, "case.opening_asked", o); err != nil {
			return err
		}
		return s.tellDesks(ctx, tx, who, sch, in.Case, o)
	})
	if err == nil {
		err = refused
	}
	return err
}

// Unseal opens what another person has asked for. The values become fields like all others, and whose case it is, is told.
func (s *Service) Unseal(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.endOpening(ctx, who, id, true)
}

// EndOpening takes back what one has asked for.
func (s *Service) EndOpening(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.endOpening(ctx, who, id, false)
}

func (s *Service) endOpening(ctx context.Context, who access.Actor, id unit.ID, opens bool) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		in, sch, role, err := s.sealedIn(ctx, tx, who, id)
		if err != nil {
			return err
		}
		o, _ := waiting(in.Openings)
		if opens && !in.MayOpen || !opens && !in.MayEnd {
			return notToOpen(in, role)
		}
		o.Ended = tx.Now()
		act := "case.opening_ended"
		if opens {
			act, o.OpenedBy, o.OpenedName, o.openedRole = "case.opened", string(who.Person), who.Name, role
			for _, x := range in.Seals {
				if !slices.Contains(o.Fields, x.Field) {
					continue
				}
				if _, err := s.unbox(id, x); err != nil { // opened is what can be read
					return fmt.Errorf("open %s of case %s: %w", x.Field, in.Case.No, err)
				}
				if err := markOpened(ctx, tx, id, x.Field); err != nil {
					return err
				}
			}
		}
		if err := updateOpening(ctx, tx, id, o); err != nil {
			return fmt.Errorf("opening of what is sealed in %s: %w", in.Case.No, err)
		}
		if err := s.recordOpening(ctx, tx, who, in.Case, act, o); err != nil || !opens {
			return err
		}
		return s.tellOpened(ctx, tx, sch, in.Case, o)
	})
}

// notToOpen is why somebody cannot take the next step of an opening.
func notToOpen(in Sealed, role string) error {
	_, waits := waiting(in.Openings)
	switch {
	case len(in.Due) == 0:
		return fault.New(fault.Conflict, "casework.opening_nothing")
	case role == "":
		return fault.New(fault.Denied, "casework.opening_desk")
	case in.MayEnd:
		return fault.New(fault.Denied, "casework.opening_second")
	case waits:
		return fault.New(fault.Conflict, "casework.opening_waits")
	}
	return fault.New(fault.Conflict, "casework.opening_not_asked")
}

// tooEarly writes down that somebody tried before the day, and is the refusal.
func (s *Service) tooEarly(ctx context.Context, tx *db.Tx, who access.Actor, in Sealed) (refused, err error) {
	if len(in.Due) > 0 {
		return nil, nil
	}
	for _, x := range in.Seals {
		if !x.over(tx.Now()) {
			return s.sealTried(ctx, tx, who, in.Case, x)
		}
	}
	return nil, nil
}

func (s *Service) recordOpening(ctx context.Context, tx *db.Tx, who access.Actor, c Case, act string, o Opening) error {
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: Case{ID: c.ID}.Object(), Region: c.Region, Detail: strings.Join(o.Fields, ",") + ": " + o.Reason})
}

// tellDesks tells the other desks of the scheme that an opening waits for a second person.
func (s *Service) tellDesks(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, o Opening) error {
	if s.c.Notices == nil {
		return nil
	}
	var to []notice.Audience
	for name, r := range sch.Roles.All() {
		if a, ok := s.audience(sch, c, name); ok && r.Desk != "" {
			to = append(to, a)
		}
	}
	return s.tellEach(ctx, tx, notice.Notice{Kind: "case.opening", Object: Case{ID: c.ID}.Object(), Path: "/cases/" + string(c.ID) + "/sealed",
		Title: fault.Words{"封存内容待第二人开启：" + c.No, "What is sealed waits for a second person to open it: " + c.No},
		Key:   fmt.Sprintf("case/%s/opening/%d", c.ID, db.Micros(o.Asked))}, to, who.Person)
}

// tellOpened tells whose case it is what was opened, by whom and why.
func (s *Service) tellOpened(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, o Opening) error {
	if s.c.Notices == nil {
		return nil
	}
	whole, err := selectCase(ctx, tx, c.ID) // the reader may not know whose it is
	if err != nil {
		return err
	}
	var zh, en []string
	for _, name := range o.Fields {
		if f, ok := sch.Field(name); ok {
			zh, en = append(zh, f.Words[0]), append(en, f.Words[1])
		}
	}
	by, second := sch.Say(o.role), sch.Say(o.openedRole)
	_, err = s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: whole.Org}, Kind: "case.opened", Object: whole.Object(), Path: "/cases/" + string(c.ID) + "/sealed", Org: whole.Org,
		Title: fault.Words{"封存内容已经开启：" + c.No, "What was sealed has been opened: " + c.No},
		Text: fault.Words{fmt.Sprintf("开启的内容：%s。申请开启：%s（%s）。开启：%s（%s）。理由：%s", strings.Join(zh, "、"), o.Name, by[0], o.OpenedName, second[0], o.Reason),
			fmt.Sprintf("Opened: %s. Asked for by %s (%s), opened by %s (%s). Reason: %s", strings.Join(en, ", "), o.Name, by[1], o.OpenedName, second[1], o.Reason)},
		Key: fmt.Sprintf("case/%s/opened/%d", c.ID, db.Micros(o.Asked))})
	return err
}
