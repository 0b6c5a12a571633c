package federation

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	// SlotsPath is where a node tells anybody which slots of a listing are free, and what they cost; docs/federation.md.
	SlotsPath = "/api/v1/slots"

	slotOfferKept = 24 * time.Hour // that a price which was offered is known; the host judges it again at the hold
	slotOffers    = 40             // slots in one answer
	slotAnswerMax = 256 << 10      // bytes
	slotAskTime   = 5 * time.Second
)

// FreeQuestion asks for free slots of a listing.
type FreeQuestion struct {
	Listing  unit.ID
	Person   unit.ID   // who would use it, where this node is asked
	Org      SlotOrg   // Code "": of no organisation that is known, by the prices of its kind
	After    time.Time // the first that is wanted begins then or later
	Minutes  int       // 0: as short as may be
	Samples  int
	Operator bool
}

// FreeAnswer is what may be held, and what it costs.
type FreeAnswer struct {
	Listing unit.ID     `json:"listing"`
	Title   fault.Words `json:"title"`
	Place   string      `json:"place"`
	Zone    string      `json:"zone"`
	Minutes int         `json:"minutes"` // of the slots
	Class   fault.Words `json:"class"`   // of the user, by which the prices are
	Offers  []FreeSlot  `json:"offers"`
	Code    string      `json:"code"` // why nobody like who asks may have any; "" otherwise
	Why     fault.Words `json:"why"`
}

// FreeSlot is a slot with its price.
type FreeSlot struct {
	From  time.Time   `json:"from"`
	To    time.Time   `json:"to"`
	Price unit.Fen    `json:"price_fen"`
	Lines []PriceLine `json:"lines"`
}

// PriceLine is a part of a price, by its rule.
type PriceLine struct {
	What fault.Words `json:"what"`
	Rule fault.Words `json:"rule"`
	Sum  unit.Fen    `json:"sum_fen"`
}

// FreeHere lists free slots of an instrument of this node, to anybody: a calendar says as much without names.
func (s *Service) FreeHere(ctx context.Context, q FreeQuestion) (a FreeAnswer, err error) {
	c, err := s.calendar()
	if err != nil {
		return a, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { a, err = c.Free(ctx, tx, s.c.Self, q); return err })
	return a, err
}

// FreePublic is FreeHere for another node: a rule that refuses everybody like who asks is an answer, in both languages.
func (s *Service) FreePublic(ctx context.Context, q FreeQuestion) (a FreeAnswer, err error) {
	q.Org.Code, q.Person = "", ""
	a, err = s.FreeHere(ctx, q)
	if f := fault.Of(err); err != nil && (f.Kind == fault.Conflict || f.Kind == fault.Invalid || f.Kind == fault.Denied) {
		return FreeAnswer{Listing: q.Listing, Offers: []FreeSlot{}, Code: f.Code, Why: fault.Words{f.Sentence(fault.ZH), f.Sentence(fault.EN)}}, nil
	}
	return a, err
}

// Free asks a node, this one or a neighbour, for free slots of an instrument, and remembers for a day what was offered. A
// neighbour that does not answer is fault.Unavailable: nothing waits for it, it is asked again.
func (s *Service) Free(ctx context.Context, who access.Actor, host string, q FreeQuestion) (a FreeAnswer, err error) {
	if err := access.May(who, access.CaseCreate, access.Scope{Org: q.Org.Code}); err != nil {
		return a, err
	}
	if host == s.c.Self {
		return s.FreeHere(ctx, q)
	}
	p, ok := s.peerOf(host)
	if !ok {
		return a, fault.New(fault.NotFound, "federation.letter_nobody", "code", clip(host)).On("host")
	}
	if a, err = s.fetchFree(ctx, p, q); err != nil {
		return a, err
	}
	return a, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := dropOffers(ctx, tx, tx.Now().Add(-slotOfferKept)); err != nil {
			return err
		}
		for _, o := range a.Offers {
			u := SlotUse{Host: host, Listing: q.Listing, From: o.From, To: o.To, Samples: q.Samples, Operator: q.Operator}
			if err := putOffer(ctx, tx, q.Org.Code, u.key(), o.Price); err != nil {
				return err
			}
		}
		return nil
	})
}

// fetchFree asks a neighbour. Of who asks only the kind is told: the price depends on it.
func (s *Service) fetchFree(ctx context.Context, p Peer, q FreeQuestion) (a FreeAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, slotAskTime)
	defer cancel()
	v := url.Values{"listing": {string(q.Listing)}, "kind": {q.Org.Kind}, "after": {q.After.UTC().Format(time.RFC3339)}, "minutes": {strconv.Itoa(q.Minutes)},
		"samples": {strconv.Itoa(q.Samples)}, "operator": {strconv.FormatBool(q.Operator)}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+SlotsPath+"?"+v.Encode(), nil)
	if err != nil {
		return a, err
	}
	silent := fault.New(fault.Unavailable, "federation.slot_silent", "name", p.Name)
	body, got, err := s.send(p, r, slotAnswerMax)
	if err != nil {
		return a, silent
	}
	switch {
	case got.StatusCode == http.StatusNotFound:
		return a, fault.New(fault.NotFound, "federation.slot_listing", "name", p.Name).On("listing")
	case got.StatusCode != http.StatusOK || json.Unmarshal(body, &a) != nil || a.Listing != q.Listing || len(a.Offers) > slotOffers:
		return FreeAnswer{}, silent
	case a.Code != "":
		return FreeAnswer{}, fault.New(fault.Conflict, "federation.slot_answered", "name", p.Name, "words", fault.Words{clipTo(a.Why[0], 400), clipTo(a.Why[1], 400)})
	}
	for _, o := range a.Offers {
		if o.Price < 0 || !o.From.Before(o.To) || !o.From.Equal(o.From.Truncate(time.Minute)) || !o.To.Equal(o.To.Truncate(time.Minute)) {
			return FreeAnswer{}, silent
		}
	}
	return a, nil
}

// Offered is the price of a slot for an organisation: by the own calendar as it is now, else as it was offered in the last day;
// known is false for one that nobody offered.
func (s *Service) Offered(ctx context.Context, tx *db.Tx, org SlotOrg, u SlotUse) (price unit.Fen, known bool, err error) {
	if u.Host != s.c.Self {
		return selectOffer(ctx, tx, org.Code, u.key(), tx.Now().Add(-slotOfferKept))
	}
	c, err := s.calendar()
	if err != nil {
		return 0, false, err
	}
	a, err := c.Free(ctx, tx, s.c.Self, FreeQuestion{Listing: u.Listing, Org: org, After: u.From, Minutes: int(u.To.Sub(u.From) / time.Minute), Samples: u.Samples, Operator: u.Operator})
	if err != nil {
		return 0, false, err
	}
	for _, x := range a.Offers {
		if x.From.Equal(u.From) && x.To.Equal(u.To) {
			return x.Price, true, nil
		}
	}
	return 0, false, nil
}
