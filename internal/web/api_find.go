package web

import (
	"context"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type foundOut struct {
	Hits    []foundHit              `json:"hits"`
	Total   int                     `json:"total"`
	Facets  map[string][]facetCount `json:"facets" doc:"by facet, most first; each is counted with every filter but its own"`
	Notes   []foundNote             `json:"notes" doc:"how words of the question were taken"`
	Exact   int                     `json:"exact" doc:"how many have all that was asked: they come first, and what comes near follows; notes of dropped and loosened say what it goes without"`
	Nearest bool                    `json:"nearest" doc:"nothing has all that was asked; notes of dropped and loosened say what the nearest go without"`
	Without int                     `json:"without" doc:"with a total of 0: how many there are without the filters"`
	Seq     int64                   `json:"seq" doc:"number of the last change of the catalogue that was seen"`
}

type foundHit struct {
	ID      unit.ID     `json:"id"`
	Kind    string      `json:"kind"`
	TitleZH string      `json:"title_zh"`
	TitleEN string      `json:"title_en"`
	Owner   string      `json:"owner"`
	NameZH  string      `json:"owner_name_zh"`
	NameEN  string      `json:"owner_name_en"`
	Region  unit.Region `json:"region"`
	Km      int         `json:"km" doc:"from the place asked for; -1 where it is not known"`
	Version int         `json:"version"`
	Free    string      `json:"next_free" doc:"RFC 3339; empty where none is known"`
	Wished  string      `json:"free_then" doc:"a slot in the time that the question wishes (weekend, tomorrow); empty for none"`
	Origin  string      `json:"origin" doc:"code of the node whose listing this is; empty is this node's own"`
	Page    string      `json:"page"`
}

type facetCount struct {
	Code string `json:"code"`
	N    int    `json:"n"`
}

type foundNote struct {
	Wish  string `json:"wish"`
	Said  string `json:"said"`
	Meant string `json:"meant"`
}

func (s *Server) apiFind() {
	type findIn struct {
		Q       string   `query:"q" maxLength:"800" doc:"words, model numbers, pinyin; places, prices and wishes are understood"`
		Literal bool     `query:"literal" doc:"the words as they stand"`
		Filter  []string `query:"filter" maxItems:"200" doc:"facet:code, several of one facet are alternatives; facets are kind, province, city, owner, band, label and the fields that kinds count by"`
		Facets  []string `query:"facets" maxItems:"40" doc:"that are counted"`
		Sort    string   `query:"sort" enum:",price,distance,free,newest"`
		From    string   `query:"from" maxLength:"12" doc:"code of the city that distances are from"`
		Least   int64    `query:"least" minimum:"0" doc:"price in fen"`
		Most    int64    `query:"most" minimum:"0" doc:"price in fen; 0 is no limit"`
		FreeBy  string   `query:"free_by" format:"date-time" doc:"with a free slot until then"`
		Page    int      `query:"page" minimum:"1" maximum:"5000" default:"1"`
	}
	operate(s, "GET", "/api/v1/search", access.ListingRead, "Search what is offered", func(ctx context.Context, a asked, i *findIn) (*body[foundOut], error) {
		q := find.Query{Text: i.Q, Literal: i.Literal, Filter: map[string][]string{}, Order: find.Order(i.Sort), From: i.From, PriceLeast: unit.Fen(i.Least), PriceMost: unit.Fen(i.Most),
			Offset: (i.Page - 1) * searchRows, Limit: searchRows}
		for _, f := range i.Filter {
			facet, code, ok := strings.Cut(f, ":")
			if !ok {
				return nil, fault.New(fault.Invalid, "find.search_facet", "facet", f).On("filter")
			}
			q.Filter[facet] = append(q.Filter[facet], code)
		}
		for _, f := range i.Facets {
			if !s.c.Finder.Counts(f) {
				return nil, fault.New(fault.Invalid, "find.search_facet", "facet", f).On("facets")
			}
			q.Facets = append(q.Facets, f)
		}
		if i.FreeBy != "" {
			t, err := time.Parse(time.RFC3339, i.FreeBy)
			if err != nil {
				return nil, fault.New(fault.Invalid, "find.search_free").On("free_by")
			}
			q.FreeBy, q.FreePick = []time.Time{t}, 1
		}
		found, err := s.c.Finder.Search(ctx, a.who, q)
		if err != nil {
			return nil, err
		}
		return answer(foundOf(found))
	})
}

// slotText is the i-th of some slots; empty where there is none.
func slotText(all []time.Time, i int) string {
	if i >= len(all) || all[i].IsZero() {
		return ""
	}
	return all[i].UTC().Format(time.RFC3339)
}

func foundOf(found *catalogue.Found) foundOut {
	o := foundOut{Hits: []foundHit{}, Total: found.Total, Exact: found.Exact, Facets: map[string][]facetCount{}, Notes: []foundNote{}, Nearest: found.Nearest, Without: found.Without, Seq: found.Seq}
	for i, l := range found.Listings {
		o.Hits = append(o.Hits, foundHit{l.ID, l.Kind, l.Title[0], l.Title[1], l.Owner, l.OwnerName[0], l.OwnerName[1], l.Region, found.Hits[i].Km, l.Version, slotText(found.Slots.Next, i), slotText(found.Slots.Wished, i), l.Origin, "/listings/" + string(l.ID)})
	}
	for name, counts := range found.Facets {
		o.Facets[name] = []facetCount{}
		for _, c := range counts {
			o.Facets[name] = append(o.Facets[name], facetCount{c.Code, c.N})
		}
	}
	for _, n := range found.Notes {
		o.Notes = append(o.Notes, foundNote{string(n.Wish), n.Said, n.Meant})
	}
	return o
}
