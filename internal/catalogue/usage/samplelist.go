package usage

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// SampleQuery narrows the samples of one organisation: those that it sent, or with Lab those sent to it.
type SampleQuery struct {
	Org     string
	Lab     bool
	State   SampleState // "": any
	Booking unit.ID     // "": any
	Page    int         // 0: all of them, up to rowsMax
}

// ListSamples is one page of samples, the newest first, and how many there are. What was done with them is left out.
func (s *Service) ListSamples(ctx context.Context, who access.Actor, q SampleQuery) (all []Samples, total int, err error) {
	perm := access.BookingCreate
	if q.Lab {
		perm = access.BookingManage
	}
	if err := access.May(who, perm, access.Scope{Org: q.Org}); err != nil {
		return nil, 0, err
	}
	limit, offset := pageOf(q.Page)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, total, err = selectListed(ctx, tx, q, limit, offset); err != nil {
			return err
		}
		return entitle(ctx, tx, s, all, func(x *Samples) (unit.ID, *fault.Words) { return x.Instrument, &x.Title })
	})
	return all, total, err
}

// pageOf is where a page begins and how long it is; page 0 is everything.
func pageOf(page int) (limit, offset int) {
	if page < 1 {
		return rowsMax, 0
	}
	return pageRows, (page - 1) * pageRows
}

// SampleStates are all states, in the order in which samples go through them.
func SampleStates() []SampleState {
	return []SampleState{Declared, Refused, Received, Stored, Returned, Destroyed}
}

// entitle gives rows the titles of their instruments; each instrument is asked for once.
func entitle[T any](ctx context.Context, tx *db.Tx, s *Service, all []T, at func(*T) (unit.ID, *fault.Words)) error {
	titles := map[unit.ID]fault.Words{}
	for k := range all {
		id, into := at(&all[k])
		if _, known := titles[id]; !known {
			title, err := s.title(ctx, tx, id)
			if err != nil {
				return err
			}
			titles[id] = title
		}
		*into = titles[id]
	}
	return nil
}

// title is what an instrument is called; one that is gone has its id.
func (s *Service) title(ctx context.Context, tx *db.Tx, id unit.ID) (fault.Words, error) {
	i, err := s.c.Listings.Instrument(ctx, tx, id)
	if fault.KindOf(err) == fault.NotFound {
		return fault.Words{string(id), string(id)}, nil
	}
	if err != nil {
		return i.Title, fmt.Errorf("instrument %s: %w", id, err)
	}
	return i.Title, nil
}

// sentFor checks that the booking that samples are sent for is one of that organisation at that instrument.
func (s *Service) sentFor(ctx context.Context, tx *db.Tx, x Samples) error {
	if x.Booking == "" {
		return nil
	}
	if s.c.Bookings != nil {
		instrument, org, err := s.c.Bookings.About(ctx, tx, x.Booking)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return fmt.Errorf("booking that samples are sent for: %w", err)
		}
		if err == nil && instrument == x.Instrument && org == x.Org {
			return nil
		}
	}
	return fault.New(fault.NotFound, "usage.unknown").On("booking")
}

var samplesTold = map[string]fault.Words{
	"declared":  {"样品将送来", "samples are going to be sent"},
	"refused":   {"样品不予接收", "the samples were refused"},
	"received":  {"样品已收到", "the samples were received"},
	"stored":    {"样品已留存", "the samples are stored"},
	"returned":  {"样品已退回", "the samples were returned"},
	"destroyed": {"样品已销毁", "the samples were destroyed"},
	"delivered": {"结果可以下载了", "results can be taken"},
}

// tellSamples tells the other side: the laboratory of what is declared, who declared it of all else.
func (s *Service) tellSamples(ctx context.Context, tx *db.Tx, who access.Actor, x Samples, title fault.Words, lab bool, what string) error {
	if s.c.Notices == nil {
		return nil
	}
	n := notice.Notice{Kind: "samples." + what, Object: "samples/" + string(x.ID), Path: "/samples/" + string(x.ID),
		To: notice.Audience{Person: x.Person, Except: who.Person}, Org: x.Org}
	if lab {
		n.To, n.Org = notice.Audience{Org: x.Owner, Except: who.Person}, x.Owner
	}
	for l := range n.Title {
		n.Title[l] = samplesTold[what][l] + fault.Words{"：", ": "}[l] + short(title[l])
	}
	_, err := s.c.Notices.Tell(ctx, tx, n)
	return err
}
