package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// freeThereRows is how many free slots of a mirrored listing its page shows.
const freeThereRows = 5

// freeThere is what the page of a mirrored listing says of its free slots: the calendar is at the other node.
type freeThere struct {
	Slots []slotOffer
	Class fault.Words // of who reads, by which the prices are
	At    time.Time   // when the other node said so; zero: it has not answered yet
	Old   bool        // it is silent now, and this is what it said before
	Why   string      // why there are none, or that it is silent
	Path  string      // the calendar there
}

// freeThereOf asks the node of a mirrored listing; nil for a listing of this node and for one that cannot be booked.
func (v *visit) freeThereOf(l catalogue.Listing, k *kinds.Kind, from *mirrorView) (*freeThere, error) {
	if from == nil || k == nil || !k.Can("book") || l.State != catalogue.Published || from.There == "" {
		return nil, nil
	}
	kind, err := v.s.kindOf(v.ctx(), v.who)
	if err != nil {
		return nil, err
	}
	a, at, err := v.s.c.Federation.FreeThere(v.ctx(), l.Origin, from.Remote, kind)
	x := &freeThere{Class: a.Class, At: at}
	if p, ok := v.s.c.Federation.PeerAt(l.Origin); ok {
		x.Path = p.URL + "/instruments/" + string(from.Remote)
	}
	if err != nil {
		e := fault.Of(err)
		switch e.Kind {
		case fault.Internal:
			return nil, err
		case fault.NotFound: // it is not put up for booking there
			return nil, nil
		}
		x.Why, x.Old = e.Sentence(v.lang), e.Kind == fault.Unavailable
	}
	for n, o := range a.Offers {
		if n < freeThereRows && o.From.After(v.now()) {
			x.Slots = append(x.Slots, slotOffer{When: slotTimes(o.From, o.To, a.Zone), Price: o.Price})
		}
	}
	return x, nil
}

// kindOf is the kind of the organisation that somebody acts for; "" where the registry has none.
func (s *Server) kindOf(ctx context.Context, who access.Actor) (string, error) {
	if who.Org == "" {
		return "", nil
	}
	o, err := s.orgOf(ctx, who.Org)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	return o.Kind, err
}

// apiFreeThere tells programs when a listing is free, at whichever node its calendar is.
func (s *Server) apiFreeThere() {
	type listingFreeOut struct {
		Node   string                `json:"node" doc:"region code of the node that keeps the calendar"`
		Remote string                `json:"listing" doc:"its number there"`
		At     string                `json:"at" doc:"when that node said so"`
		Old    bool                  `json:"old" doc:"it is silent now; this is what it said before"`
		Code   string                `json:"code" doc:"why there are none; empty otherwise"`
		Why    string                `json:"why"`
		Zone   string                `json:"zone"`
		Offers []federation.FreeSlot `json:"offers"`
	}
	operate(s, "GET", "/api/v1/listings/{id}/free", access.ListingRead, "Next free slots of a listing, as the node that keeps its calendar says; that of a neighbour is asked once a minute at most", func(ctx context.Context, a asked, i *listingAt) (*body[listingFreeOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if _, err := s.c.Catalogue.Get(ctx, a.who, id); err != nil {
			return nil, err
		}
		kind, err := s.kindOf(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := listingFreeOut{Node: s.c.Node.Code, Remote: string(id), Offers: []federation.FreeSlot{}}
		var m catalogue.Mirrored
		var mirrored bool
		if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			m, mirrored, err = s.c.Catalogue.MirroredIn(ctx, tx, id)
			return err
		}); err != nil {
			return nil, err
		}
		var got federation.FreeAnswer
		at := s.now()
		if mirrored {
			o.Node, o.Remote = m.Node, string(m.Remote)
			got, at, err = s.c.Federation.FreeThere(ctx, m.Node, m.Remote, kind)
		} else {
			got, err = s.c.Federation.FreePublic(ctx, federation.FreeQuestion{Listing: id, Org: federation.SlotOrg{Kind: kind}, After: at.Truncate(time.Minute)})
			o.Code, o.Why = got.Code, got.Why.In(a.lang)
		}
		if e := fault.Of(err); err != nil {
			if e.Kind != fault.Conflict && (e.Kind != fault.Unavailable || at.IsZero()) {
				return nil, err
			}
			o.Code, o.Why, o.Old = e.Code, e.Sentence(a.lang), e.Kind == fault.Unavailable
		}
		o.At, o.Zone = iso(at), got.Zone
		for _, x := range got.Offers {
			if len(o.Offers) < freeThereRows {
				o.Offers = append(o.Offers, x)
			}
		}
		return answer(o)
	})
}
