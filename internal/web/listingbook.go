package web

import (
	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
)

// bookedPart is what the page of a listing says of its booking.
type bookedPart struct {
	On       bool   // it is put up for booking and takes bookings
	Offer    bool   // this person may put it up
	Path     string // its calendar
	Next     string // the next free slot
	NextPath string
	Why      string // why nothing is booked now
	Ahead    int    // bookings that an act taking the listing away would meet; for who may take one
	Org      string
}

// bookedOf asks the calendar of a listing. One of another node is booked there.
func (v *visit) bookedOf(l catalogue.Listing, k *kinds.Kind) (b bookedPart, err error) {
	s := v.s.c.Bookings
	if s == nil || k == nil || !k.Can("book") || l.Origin != "" {
		return b, nil
	}
	b.Path, b.Org = "/instruments/"+string(l.ID), l.Owner
	i, err := s.Instrument(v.ctx(), l.ID)
	if fault.KindOf(err) == fault.NotFound {
		b.Offer = l.State == catalogue.Published && access.May(v.who, access.BookingManage, access.Scope{Org: l.Owner}) == nil
		return b, nil
	}
	if err != nil {
		return b, err
	}
	b.On = true
	if !i.Open() {
		b.Why = i.Reason
	} else if slot, ok, err := s.NextFree(v.ctx(), l.ID); err != nil {
		return b, err
	} else if ok {
		b.Next, b.NextPath = slot.Words(i.Location()), v.bookPath(l.ID, slot, i.Location())
	}
	if access.May(v.who, access.ListingEdit, access.Scope{Org: l.Owner, Region: l.Region}) == nil || access.May(v.who, access.ListingPublish, access.Scope{Org: l.Owner, Region: l.Region}) == nil {
		b.Ahead, err = v.s.c.Catalogue.Ahead(v.ctx(), l.ID)
	}
	return b, err
}
