package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Hold together: the home of a case holds money, the host of an instrument holds its slot. Home asks by slot.hold in the act
// that holds the money; host answers held or refused. Home confirms; host answers confirmed, or lost when it has given the
// slot up. Neither side has a timeout of its own: home gives money back only when the host has refused, or when the case
// itself comes to an end, and then says so by slot.release. What was released stays so for ever: a hold that comes late finds
// the tombstone. What the host's own people do to a slot afterwards they do with a reason, and slot.changed tells home.
// A slot of this node's own calendar takes the same way without the letters, all within the act of the case.

// Kinds of letters about slots.
const (
	slotHoldKind    = "slot.hold"
	slotConfirmKind = "slot.confirm"
	slotReleaseKind = "slot.release"
	slotChangedKind = "slot.changed"
)

// States of a slot, at home; the host's have no asked and no refused.
const (
	SlotAsked     = "asked" // the host has not answered yet
	SlotHeld      = "held"
	SlotRefused   = "refused"
	SlotConfirmed = "confirmed"
	SlotLost      = "lost"     // the host gave it up: a fault, a lapse, a cancellation there
	SlotUsed      = "used"     // it was given back after it had begun
	SlotReleased  = "released" // given back
)

const (
	slotLater     = time.Minute // until a question that could not be written is written again
	slotTickRows  = 200
	slotsOfOneMax = 200
	slotPage      = 50
	slotRowsMax   = 5000
)

// SlotUse is which slot, and how it is to be used.
type SlotUse struct {
	Host     string // region code of the node whose calendar it is
	Listing  unit.ID
	From, To time.Time
	Samples  int
	Operator bool
}

// key names a use among the prices that were offered.
func (u SlotUse) key() string {
	return fmt.Sprintf("%s %s %d %d %d %t", u.Host, u.Listing, db.Micros(u.From), db.Micros(u.To), u.Samples, u.Operator)
}

// SlotFor is for which case a slot is held.
type SlotFor struct {
	Case   unit.ID
	CaseNo string
	Field  string
	Org    SlotOrg
	Price  unit.Fen // that was offered; another one is refused
}

// SlotOrg is who uses an instrument, as its node vouches for it.
type SlotOrg struct {
	Code string      `json:"code"`
	Name fault.Words `json:"name"`
	Kind string      `json:"kind"` // what prices tell apart: firm, university, institute, hospital, lab
}

// Slot is a slot with how it stands for a case of this node.
type Slot struct {
	SlotUse
	ID       unit.ID
	Case     unit.ID
	CaseNo   string
	Field    string
	Org      string
	Title    fault.Words // of the instrument; empty before its node answered
	Zone     string
	Price    unit.Fen
	Charge   unit.Fen // what giving it back late costs
	Booking  unit.ID  // there
	State    string
	Want     string // held, confirmed or released; State gets there
	Code     string // of the refusal, or of why it waits
	Why      fault.Words
	NextFrom time.Time // the first slot that would pass, where it was refused
	NextTo   time.Time
	Asked    time.Time
	Answered time.Time
	Changed  time.Time

	letter unit.ID
	again  time.Time
	stood  time.Time // when it stood so at its host, by the host's clock; zero where that has not said
}

// Live says whether the slot is held or may come to be.
func (s Slot) Live() bool {
	return s.State == SlotAsked || s.State == SlotHeld || s.State == SlotConfirmed
}

// Sent says whether a letter about it is under way.
func (s Slot) Sent() bool { return s.letter != "" }

// Stale says whether it has waited longer than the community has agreed to leave unseen. It stays as it is.
func (s Slot) Stale(now time.Time, days int64) bool {
	return (s.State == SlotAsked || s.State == SlotHeld) && now.Sub(s.Changed) >= time.Duration(days)*24*time.Hour
}

// Lost says whether the host has it no more, or never had.
func (s Slot) Lost() bool {
	return s.Want != SlotReleased && (s.State == SlotRefused || s.State == SlotLost)
}

// SlotsOf are the slots of a case, in the order in which they were asked for.
func (s *Service) SlotsOf(ctx context.Context, tx *db.Tx, of unit.ID) ([]Slot, error) {
	return selectSlotsOf(ctx, tx, of)
}

// newest is the newest slot of a field that was not given back.
func newest(all []Slot, field string) (Slot, bool) {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Field == field {
			return all[i], all[i].Want != SlotReleased
		}
	}
	return Slot{}, false
}

// HoldSlot asks for a slot in the act of the case. One of this node is held at once or refused, with the first slot that would
// pass; one of another node is asked for by a letter. Whoever is asked holds it under one id, so twice is once.
func (s *Service) HoldSlot(ctx context.Context, tx *db.Tx, who access.Actor, f SlotFor, u SlotUse) error {
	all, err := selectSlotsOf(ctx, tx, f.Case)
	if err != nil {
		return err
	}
	if had, there := newest(all, f.Field); there && (had.Live() || had.State == SlotUsed) {
		return fault.New(fault.Conflict, "federation.slot_twice").On(f.Field)
	}
	x := Slot{SlotUse: u, ID: unit.NewID(tx.Now()), Case: f.Case, CaseNo: f.CaseNo, Field: f.Field, Org: f.Org.Code, Price: f.Price,
		State: SlotAsked, Want: SlotHeld, Asked: tx.Now(), Changed: tx.Now()}
	q := slotQuestion{ID: x.ID, CaseNo: f.CaseNo, Org: f.Org, Listing: u.Listing, From: u.From, To: u.To, Samples: u.Samples, Operator: u.Operator, Price: f.Price}
	if u.Host == s.c.Self {
		a, err := s.holdHere(ctx, tx, who, x.ID, q)
		if err != nil {
			return fault.Of(err).On(f.Field)
		}
		return insertSlot(ctx, tx, x.stands(a, tx.Now()))
	}
	if x.letter, err = s.Send(ctx, tx, u.Host, slotHoldKind, Voucher{Person: string(who.Person)}, q); err != nil {
		return fault.Of(err).On(f.Field)
	}
	return insertSlot(ctx, tx, x)
}

// ConfirmSlot makes what is held for a field a booking; nothing is held: nothing is done.
func (s *Service) ConfirmSlot(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, field string) error {
	return s.wantSlot(ctx, tx, who, of, field, SlotConfirmed)
}

// ReleaseSlot gives the slot of a field back; again, it changes nothing.
func (s *Service) ReleaseSlot(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, field string) error {
	return s.wantSlot(ctx, tx, who, of, field, SlotReleased)
}

func (s *Service) wantSlot(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, field, want string) error {
	all, err := selectSlotsOf(ctx, tx, of)
	if err != nil {
		return err
	}
	x, there := newest(all, field)
	if !there || x.Want == want {
		return nil
	}
	if x.Want = want; want == SlotReleased && x.State == SlotRefused {
		x.State = SlotReleased // the host has nothing of it; why stays readable
	}
	return s.pushSlot(ctx, tx, who, x)
}

// slotQuestion is what a letter about a slot says; all but a hold name the slot alone.
type slotQuestion struct {
	ID       unit.ID   `json:"id"`
	CaseNo   string    `json:"case_no,omitempty"`
	Org      SlotOrg   `json:"org,omitzero"`
	Listing  unit.ID   `json:"listing,omitempty"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Samples  int       `json:"samples,omitempty"`
	Operator bool      `json:"operator,omitempty"`
	Price    unit.Fen  `json:"price_fen"`
}

// SlotAnswer is how a slot stands at its host.
type SlotAnswer struct {
	State    string      `json:"state"` // held, refused, confirmed, lost, used, released
	Code     string      `json:"code,omitempty"`
	Why      fault.Words `json:"why,omitzero"`
	NextFrom time.Time   `json:"next_from,omitzero"`
	NextTo   time.Time   `json:"next_to,omitzero"`
	Title    fault.Words `json:"title,omitzero"`
	Zone     string      `json:"zone,omitempty"`
	Price    unit.Fen    `json:"price_fen,omitempty"`
	Charge   unit.Fen    `json:"charge_fen,omitempty"`
	Booking  unit.ID     `json:"booking,omitempty"`
	From     time.Time   `json:"from,omitzero"` // where the laboratory has moved it
	To       time.Time   `json:"to,omitzero"`
	At       time.Time   `json:"at,omitzero"` // of the act at its host that says so; zero of a node that does not say
}

// slotStates are those that an answer may have.
var slotStates = map[string]bool{SlotHeld: true, SlotRefused: true, SlotConfirmed: true, SlotLost: true, SlotUsed: true, SlotReleased: true}

// stands is the slot as its host says that it stands. An answer that is older than what is known of the host changes nothing: a
// letter that is brought again gets the answer of the first time.
func (s Slot) stands(a SlotAnswer, now time.Time) Slot {
	if !slotStates[a.State] {
		return s
	}
	if !a.At.IsZero() {
		if a.At.Before(s.stood) {
			s.letter = ""
			return s
		}
		s.stood = a.At
	}
	s.letter, s.State, s.Answered, s.Changed = "", a.State, now, now
	if a.State != SlotReleased || a.Code != "" { // why it was lost stays readable once it is given back
		s.Code, s.Why, s.NextFrom, s.NextTo = clip(a.Code), fault.Words{clipTo(a.Why[0], 500), clipTo(a.Why[1], 500)}, a.NextFrom, a.NextTo
	}
	if a.Booking != "" {
		s.Booking, s.Title, s.Zone, s.Price = unit.ID(clip(string(a.Booking))), fault.Words{clipTo(a.Title[0], 200), clipTo(a.Title[1], 200)}, clip(a.Zone), max(a.Price, 0)
	}
	if a.Charge > 0 {
		s.Charge = a.Charge
	}
	if a.From.Before(a.To) {
		s.From, s.To = a.From, a.To
	}
	if s.State == SlotLost && s.Want == SlotReleased || s.State == SlotRefused && s.Want == SlotReleased {
		s.State = SlotReleased
	}
	return s
}

// pushes is the letter by which a slot gets from how it stands to what is wanted of it; "" for none. One that is asked for is
// confirmed as soon as it is held.
func (s Slot) pushes() string {
	switch {
	case s.Want == SlotReleased && (s.Live() || s.State == SlotLost):
		return slotReleaseKind
	case s.Want == SlotConfirmed && s.State == SlotHeld:
		return slotConfirmKind
	}
	return ""
}

// pushSlot asks the host for what a slot wants, and writes the slot down as it stands then.
func (s *Service) pushSlot(ctx context.Context, tx *db.Tx, who access.Actor, x Slot) error {
	kind := x.pushes()
	if kind == "" {
		return updateSlot(ctx, tx, x)
	}
	if x.Host == s.c.Self {
		a, err := s.settleHere(ctx, tx, who, kind, x.ID)
		if err != nil {
			return err
		}
		return updateSlot(ctx, tx, x.stands(a, tx.Now()))
	}
	id, err := s.Send(ctx, tx, x.Host, kind, Voucher{Person: string(who.Person)}, slotQuestion{ID: x.ID})
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		x.Code, x.again = f.Code, tx.Now().Add(slotLater)
		return updateSlot(ctx, tx, x)
	}
	if err != nil {
		return err
	}
	x.letter, x.Code, x.Changed = id, "", tx.Now()
	return updateSlot(ctx, tx, x)
}

// hearSlot is told of an answer of a host.
func (s *Service) hearSlot(ctx context.Context, tx *db.Tx, l Letter) error {
	var q slotQuestion
	if err := json.Unmarshal(l.Body, &q); err != nil {
		return err
	}
	x, err := selectSlot(ctx, tx, q.ID)
	if err != nil {
		return fmt.Errorf("the slot that letter %d of %s answers: %w", l.N, l.Peer, err)
	}
	a := SlotAnswer{State: SlotLost, Code: l.Code, Why: l.Refusal} // a host that will not talk of it has nothing for us
	if l.Kind == slotHoldKind {
		a.State = SlotRefused
	}
	if l.State == LetterDone {
		if err := json.Unmarshal(l.Answer, &a); err != nil {
			return err
		}
	}
	under := x.letter
	if x = x.stands(a, tx.Now()); under != l.ID { // a later question is under way
		x.letter = under
	}
	if x.letter == "" && x.pushes() != "" {
		err = s.pushSlot(ctx, tx, access.System("slots"), x)
	} else {
		err = updateSlot(ctx, tx, x)
	}
	if err != nil {
		return err
	}
	return s.slotTold(ctx, tx, x.Case)
}

// takeSlotChanged takes from a host that its people did something to a slot.
func (s *Service) takeSlotChanged(ctx context.Context, tx *db.Tx, l Letter) (any, error) {
	var q struct {
		ID     unit.ID    `json:"id"`
		Answer SlotAnswer `json:"answer"`
	}
	if err := json.Unmarshal(l.Body, &q); err != nil {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	x, err := selectSlot(ctx, tx, q.ID)
	if err != nil {
		return nil, err
	}
	if x.Host != l.Peer {
		return nil, fault.New(fault.NotFound, "federation.slot_unknown")
	}
	return struct{}{}, s.slotChanged(ctx, tx, x, q.Answer)
}

// slotChanged takes what a host's own people did. What home has given back meanwhile it has given back.
func (s *Service) slotChanged(ctx context.Context, tx *db.Tx, x Slot, a SlotAnswer) error {
	if x.Want == SlotReleased || !x.Live() || a.State == SlotReleased || a.State == SlotRefused {
		return nil
	}
	under := x.letter
	x = x.stands(a, tx.Now())
	x.letter = under
	if err := updateSlot(ctx, tx, x); err != nil {
		return err
	}
	return s.slotTold(ctx, tx, x.Case)
}

// HandleSlots says who is told, in the act that writes an answer of a host down, of which case it is. It is for the time
// before Run.
func (s *Service) HandleSlots(tell func(ctx context.Context, tx *db.Tx, of unit.ID) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slotHeard = tell
}

func (s *Service) slotTold(ctx context.Context, tx *db.Tx, of unit.ID) error {
	s.mu.Lock()
	tell := s.slotHeard
	s.mu.Unlock()
	if tell == nil {
		return nil
	}
	return tell(ctx, tx, of)
}

// TickSlots writes letters that could not be written before, and returns how many slots it moved.
func (s *Service) TickSlots(ctx context.Context) (n int, err error) {
	var open []Slot
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		open, err = selectSlotsOpen(ctx, tx, slotTickRows)
		return err
	}); err != nil {
		return 0, fmt.Errorf("slots that wait: %w", err)
	}
	for _, old := range open {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			x, err := selectSlot(ctx, tx, old.ID)
			if err != nil || x.letter != "" || x.pushes() == "" || tx.Now().Before(x.again) {
				return err
			}
			return s.pushSlot(ctx, tx, access.System("slots"), x)
		}); err != nil {
			return n, fmt.Errorf("go on with slot %s: %w", old.ID, err)
		}
		n++
	}
	return n, nil
}
