package web

import (
	"bytes"
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type listingOut struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	Owner     string            `json:"owner" doc:"credit code"`
	OwnerZH   string            `json:"owner_zh"`
	OwnerEN   string            `json:"owner_en"`
	OwnNo     string            `json:"own_no" doc:"the owner's own number; unique for the owner and the kind"`
	Region    string            `json:"region"`
	State     string            `json:"state"`
	Version   int               `json:"version"`
	TitleZH   string            `json:"title_zh"`
	TitleEN   string            `json:"title_en"`
	Fields    map[string]string `json:"fields" doc:"canonical texts: money in fen, decimals in their smallest step, several values one a line; without what the actor may not read"`
	Reason    string            `json:"reason"`
	Synthetic bool              `json:"synthetic" doc:"made up"`
	Changed   string            `json:"changed" doc:"RFC 3339"`
	Published string            `json:"published" doc:"for the first time; empty for never"`
	Origin    string            `json:"origin" doc:"the node that keeps it; empty is this one"`
}

func offerOut(l catalogue.Listing) listingOut {
	o := listingOut{ID: string(l.ID), Kind: l.Kind, Owner: l.Owner, OwnerZH: l.OwnerName[0], OwnerEN: l.OwnerName[1], OwnNo: l.OwnNo, Region: string(l.Region), State: string(l.State),
		Version: l.Version, TitleZH: l.Title[0], TitleEN: l.Title[1], Fields: l.Fields, Reason: l.Reason, Synthetic: l.Synthetic, Changed: l.Changed.UTC().Format(time.RFC3339), Origin: l.Origin}
	if l.Open() {
		o.Published = l.Published.UTC().Format(time.RFC3339)
	}
	return o
}

// listingsIn is a file of listings.
type listingsIn struct {
	Kind    string `query:"kind" required:"true"`
	Name    string `query:"name" required:"true" doc:"of the file"`
	Owner   string `query:"owner" doc:"whose the rows are that do not say it"`
	Publish bool   `query:"publish" doc:"publish at once what is new"`
	Partial bool   `query:"partial" doc:"take the good rows when some are bad"`
	Dry     bool   `query:"dry" doc:"check only"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// raw marks an input whose body is read by us.
func (listingsIn) raw() {}

type listingAt struct {
	ID string `path:"id"`
}

func (s *Server) apiListings() {
	c := s.c.Catalogue
	type listingQueryIn struct {
		Kind   string `query:"kind"`
		Owner  string `query:"owner"`
		Region string `query:"region" doc:"with everything in it"`
		State  string `query:"state" enum:",registered,unit_review,published,suspended,moved,retired" doc:"with all"`
		All    bool   `query:"all" doc:"those that are not published, too: for who keeps the owner's listings or those of the region"`
		After  string `query:"after" doc:"where the next page begins"`
		Rows   int    `query:"rows" minimum:"0" maximum:"200"`
	}
	type listingsOut struct {
		Listings []listingOut `json:"listings"`
		Next     string       `json:"next" doc:"after of the next page; empty at the end"`
	}
	operate(s, "GET", "/api/v1/listings", access.ListingRead, "List what is offered, the newest first", func(ctx context.Context, a asked, i *listingQueryIn) (*body[listingsOut], error) {
		page, next, err := c.List(ctx, a.who, catalogue.Query{Kind: i.Kind, Owner: i.Owner, Region: unit.Region(i.Region), State: catalogue.State(i.State), All: i.All, After: unit.ID(i.After), Rows: i.Rows})
		if err != nil {
			return nil, err
		}
		o := listingsOut{Listings: []listingOut{}, Next: string(next)}
		for _, l := range page {
			o.Listings = append(o.Listings, offerOut(l))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/listings/{id}", access.ListingRead, "A listing", func(ctx context.Context, a asked, i *listingAt) (*body[listingOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		l, err := c.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(offerOut(l))
	})
	s.apiListingActs()
	s.apiMatches()
	s.apiListingKinds()
}

func (s *Server) apiListingActs() {
	c := s.c.Catalogue
	type listingAddIn struct {
		Body struct {
			Kind   string            `json:"kind"`
			Owner  string            `json:"owner"`
			Fields map[string]string `json:"fields" doc:"as a person writes them"`
		}
	}
	operate(s, "POST", "/api/v1/listings", access.ListingEdit, "Enter a listing; it is not public before it was published", func(ctx context.Context, a asked, i *listingAddIn) (*body[listingOut], error) {
		l, err := c.Add(ctx, a.who, catalogue.Draft{Kind: i.Body.Kind, Owner: i.Body.Owner, Typed: i.Body.Fields})
		if err != nil {
			return nil, err
		}
		return answer(offerOut(l))
	})
	type listingChangeIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int               `json:"version" doc:"the one that was read"`
			Fields  map[string]string `json:"fields" doc:"all of them, as a person writes them"`
			Note    string            `json:"note,omitempty"`
		}
	}
	operate(s, "PUT", "/api/v1/listings/{id}", access.ListingEdit, "State the fields of a listing anew", func(ctx context.Context, a asked, i *listingChangeIn) (*body[listingOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		l, err := c.Change(ctx, a.who, id, i.Body.Version, i.Body.Fields, i.Body.Note)
		if err != nil {
			return nil, err
		}
		return answer(offerOut(l))
	})
	type listingStepIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int    `json:"version" doc:"the one that was read"`
			Act     string `json:"act" enum:"submit,return,publish,suspend,resume,move,retire,confirm"`
			Reason  string `json:"reason,omitempty"`
			Ahead   string `json:"ahead,omitempty" enum:",cancel,keep" doc:"what becomes of bookings ahead; needed where there are some and the act takes the listing away"`
			Seen    int    `json:"seen,omitempty" doc:"with cancel: how many they are"`
		}
	}
	step := func(ctx context.Context, a asked, i *listingStepIn) (*body[listingOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		l, err := c.StepWith(ctx, a.who, id, i.Body.Version, catalogue.Act(i.Body.Act), i.Body.Reason, catalogue.Ending{Do: i.Body.Ahead, Seen: i.Body.Seen})
		if err != nil {
			return nil, err
		}
		return answer(offerOut(l))
	}
	operate(s, "POST", "/api/v1/listings/{id}/acts", access.ListingEdit, "Take an act that the owner's people take: submit, confirm, retire a draft", step)
	operate(s, "POST", "/api/v1/listings/{id}/decide", access.ListingPublish, "Take an act that the review takes: publish, return, suspend, resume, move, retire", step)

	operate(s, "POST", "/api/v1/listings/import", access.ListingEdit, "Take a file of listings; a check only (dry) answers with the bad cells instead of refusing", func(ctx context.Context, a asked, i *listingsIn) (*body[importOut], error) {
		rep, err := c.Take(ctx, a.who, catalogue.Import{Kind: i.Kind, Name: i.Name, File: bytes.NewReader(i.RawBody), Owner: i.Owner, Publish: i.Publish, Partial: i.Partial, Dry: i.Dry})
		return reported(rep, err, i.Dry, a.lang)
	})
}

// apiListingKinds tells a program what a listing of each kind consists of.
func (s *Server) apiListingKinds() {
	type kindCodeOut struct {
		Code string `json:"code"`
		ZH   string `json:"zh"`
		EN   string `json:"en"`
	}
	type kindFieldOut struct {
		ID      string        `json:"id"`
		ZH      string        `json:"zh"`
		EN      string        `json:"en"`
		Type    string        `json:"type"`
		Unit    string        `json:"unit"`
		Step    int           `json:"step" doc:"of a decimal: digits after the point"`
		Need    string        `json:"need" doc:"save, publish or empty"`
		Private bool          `json:"private"`
		Facet   bool          `json:"facet"`
		Codes   []kindCodeOut `json:"codes"`
	}
	type kindOut struct {
		ID     string         `json:"id"`
		ZH     string         `json:"zh"`
		EN     string         `json:"en"`
		Do     []string       `json:"do" doc:"book, ask, order, apply, download"`
		Fields []kindFieldOut `json:"fields"`
	}
	type kindsOut struct {
		Kinds []kindOut `json:"kinds"`
	}
	operate(s, "GET", "/api/v1/listing-kinds", access.ListingRead, "The kinds of listing and their fields", func(_ context.Context, a asked, _ *nothing) (*body[kindsOut], error) {
		o := kindsOut{Kinds: []kindOut{}}
		for _, k := range s.c.Catalogue.Kinds().All {
			kind := kindOut{k.ID, k.ZH, k.EN, k.Do, []kindFieldOut{}}
			for _, f := range k.Fields {
				kind.Fields = append(kind.Fields, kindFieldOut{f.ID, f.ZH, f.EN, f.Type, fault.Words(f.Unit).In(a.lang), f.Step, string(f.Need), f.Private, f.Facet, codesOut(f.Of, func(c kinds.Code) kindCodeOut { return kindCodeOut{c.Code, c.ZH, c.EN} })})
			}
			o.Kinds = append(o.Kinds, kind)
		}
		return answer(o)
	})
}

func codesOut[T any](all []kinds.Code, one func(kinds.Code) T) []T {
	out := make([]T, 0, len(all))
	for _, c := range all {
		out = append(out, one(c))
	}
	return out
}
