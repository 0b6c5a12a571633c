package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// slotRoutes are the addresses of slots that are held together with money.
func (s *Server) slotRoutes() {
	s.page("GET", "/slots", access.LetterRead, (*visit).slots)
	s.page("GET", "/cases/{id}/slots/{field}", access.CaseAct, (*visit).pickSlot)
	s.page("POST", "/cases/{id}/slots/{field}", access.CaseAct, (*visit).takeSlot)
}

// SlotFreeIn is exported for huma, which reads no fields of an embedded type that is not.
type SlotFreeIn struct {
	Listing  string `query:"listing" required:"true"`
	Kind     string `query:"kind" doc:"of the organisation, by which the price is: firm, university, institute, hospital, lab"`
	After    string `query:"after" doc:"RFC 3339; the first slot begins then or later"`
	Minutes  int    `query:"minutes" minimum:"0" maximum:"44640" doc:"0: as short as may be"`
	Samples  int    `query:"samples" minimum:"0" maximum:"10000"`
	Operator bool   `query:"operator" doc:"the laboratory's operator runs it"`
}

func (i SlotFreeIn) question() (q federation.FreeQuestion, err error) {
	q = federation.FreeQuestion{Org: federation.SlotOrg{Kind: i.Kind}, Minutes: i.Minutes, Samples: i.Samples, Operator: i.Operator}
	if q.Listing, err = unit.ParseID(i.Listing); err != nil {
		return q, fault.Of(err).On("listing")
	}
	if i.After != "" {
		if q.After, err = time.Parse(time.RFC3339, i.After); err != nil {
			return q, fault.New(fault.Invalid, "web.moment").On("after")
		}
	}
	return q, nil
}

// slotOut is a slot that a case holds or held.
type slotOut struct {
	ID       string `json:"id"`
	Case     string `json:"case"`
	CaseNo   string `json:"case_no"`
	Field    string `json:"field"`
	Host     string `json:"host" doc:"node whose calendar it is"`
	Listing  string `json:"listing"`
	TitleZH  string `json:"title_zh"`
	TitleEN  string `json:"title_en"`
	Zone     string `json:"zone"`
	From     string `json:"from"`
	To       string `json:"to"`
	Samples  int    `json:"samples"`
	Operator bool   `json:"operator"`
	Price    string `json:"price"`
	Charge   string `json:"charge" doc:"for giving it back late"`
	Booking  string `json:"booking" doc:"id at the host"`
	State    string `json:"state" enum:"asked,held,refused,confirmed,lost,used,released"`
	Want     string `json:"want" enum:"held,confirmed,released"`
	Code     string `json:"code"`
	WhyZH    string `json:"why_zh"`
	WhyEN    string `json:"why_en"`
	NextFrom string `json:"next_from" doc:"the first slot that would pass, where it was refused"`
	NextTo   string `json:"next_to"`
	Stale    bool   `json:"stale" doc:"waits or is held for longer than the members agreed to leave unseen"`
	Asked    string `json:"asked"`
	Answered string `json:"answered"`
}

func slotShown(x federation.Slot, now time.Time, days int64) slotOut {
	return slotOut{string(x.ID), string(x.Case), x.CaseNo, x.Field, x.Host, string(x.Listing), x.Title[0], x.Title[1], x.Zone, iso(x.From), iso(x.To), x.Samples, x.Operator, x.Price.Yuan(), x.Charge.Yuan(),
		string(x.Booking), x.State, x.Want, x.Code, x.Why[0], x.Why[1], iso(x.NextFrom), iso(x.NextTo), x.Stale(now, days), iso(x.Asked), iso(x.Answered)}
}

// apiSlots are the operations of slots.
func (s *Server) apiSlots() {
	operate(s, "GET", federation.SlotsPath, access.ListingRead, "Free slots of an instrument of this node, with prices", func(ctx context.Context, _ asked, i *SlotFreeIn) (*body[federation.FreeAnswer], error) {
		q, err := i.question()
		if err != nil {
			return nil, err
		}
		a, err := s.c.Federation.FreePublic(ctx, q)
		if err != nil {
			return nil, err
		}
		return answer(a)
	})
	type slotCaseFreeIn struct {
		ID    string `path:"id"`
		Field string `path:"field"`
		Host  string `query:"host" doc:"region code of the node whose number the listing has; empty is this one, and a mirrored listing is asked for at its node"`
		SlotFreeIn
	}
	type slotOfferOut struct {
		Slot  string `json:"slot" doc:"as it is typed into the field"`
		From  string `json:"from"`
		To    string `json:"to"`
		Price string `json:"price"`
	}
	type slotFreeOut struct {
		TitleZH string         `json:"title_zh"`
		TitleEN string         `json:"title_en"`
		Zone    string         `json:"zone"`
		Minutes int            `json:"minutes"`
		Offers  []slotOfferOut `json:"offers"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/slots/{field}/free", access.CaseAct, "Free slots that a field of a case can name, of this node or another", func(ctx context.Context, a asked, i *slotCaseFreeIn) (*body[slotFreeOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		_, _, org, err := s.c.Cases.SlotField(ctx, a.who, id, i.Field)
		if err != nil {
			return nil, err
		}
		q, err := i.question()
		if err != nil {
			return nil, err
		}
		host, listing, err := s.calendarOf(ctx, i.Host, q.Listing)
		if err != nil {
			return nil, err
		}
		q.Listing = listing
		q.Org, q.Person = org, a.who.Person
		got, err := s.c.Federation.Free(ctx, a.who, host, q)
		if err != nil {
			return nil, err
		}
		o := slotFreeOut{got.Title[0], got.Title[1], got.Zone, got.Minutes, []slotOfferOut{}}
		for _, x := range got.Offers {
			ref := scheme.SlotRef{Node: host, Listing: string(q.Listing), From: x.From, To: x.To, Samples: q.Samples, Operator: q.Operator}
			o.Offers = append(o.Offers, slotOfferOut{ref.String(), iso(x.From), iso(x.To), x.Price.Yuan()})
		}
		return answer(o)
	})
	type caseSlotsOut struct {
		Slots []slotOut `json:"slots"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/slots", access.CaseRead, "The slots that a case holds or held, the newest first", func(ctx context.Context, a asked, i *byID) (*body[caseSlotsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.SlotsOf(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := caseSlotsOut{[]slotOut{}}
		for _, x := range all {
			o.Slots = append(o.Slots, slotShown(x.Slot, s.now(), s.c.Federation.StaleDays()))
		}
		return answer(o)
	})
	type keptSlotOut struct {
		Node    string `json:"node"`
		ID      string `json:"id"`
		CaseNo  string `json:"case_no"`
		Org     string `json:"org"`
		OrgZH   string `json:"org_zh"`
		OrgEN   string `json:"org_en"`
		Listing string `json:"listing"`
		From    string `json:"from"`
		To      string `json:"to"`
		Price   string `json:"price"`
		Booking string `json:"booking"`
		State   string `json:"state" enum:"held,confirmed,lost,used,released"`
		Stale   bool   `json:"stale"`
		Changed string `json:"changed"`
	}
	type slotRegisterIn struct {
		Node  string `query:"node"`
		State string `query:"state"`
		Kept  string `query:"kept" doc:"place in the list of kept ones"`
		Held  string `query:"held" doc:"place in the list of those held"`
	}
	type slotRegisterOut struct {
		Kept     []keptSlotOut `json:"kept" doc:"for cases of other nodes"`
		Held     []slotOut     `json:"held" doc:"by cases of this node"`
		KeptNext string        `json:"kept_next"`
		HeldNext string        `json:"held_next"`
	}
	operate(s, "GET", "/api/v1/slots/register", access.LetterRead, "Slots that this node keeps for others and that its cases hold", func(ctx context.Context, a asked, i *slotRegisterIn) (*body[slotRegisterOut], error) {
		v, err := s.c.Federation.Slots(ctx, a.who, federation.UseQuery{Node: i.Node, State: i.State, After: i.Kept}, federation.UseQuery{Node: i.Node, State: i.State, After: i.Held})
		if err != nil {
			return nil, err
		}
		o := slotRegisterOut{Kept: []keptSlotOut{}, Held: []slotOut{}, KeptNext: v.KeptNext, HeldNext: v.HeldNext}
		for _, k := range v.Kept {
			o.Kept = append(o.Kept, keptSlotOut{k.Node, string(k.ID), k.CaseNo, k.Org.Code, k.Org.Name[0], k.Org.Name[1], string(k.Listing), iso(k.From), iso(k.To), k.Price.Yuan(), string(k.Booking), k.State,
				k.Stale(s.now(), v.Days), iso(k.Changed)})
		}
		for _, x := range v.Held {
			o.Held = append(o.Held, slotShown(x, s.now(), v.Days))
		}
		return answer(o)
	})
}
