package web

import (
	"net/url"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/unit"
)

// machineCatalogue are the addresses of the catalogue for programs, in the words of DCAT-AP 3.
func (s *Server) machineCatalogue() {
	s.page("GET", "/catalogue.ttl", access.ListingRead, (*visit).catalogueTurtle)
	s.page("GET", "/catalogue.jsonld", access.ListingRead, (*visit).catalogueJSONLD)
}

func (v *visit) catalogueTurtle() error {
	g, err := v.dcat("/catalogue.ttl")
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/turtle; charset=utf-8")
	_, err = v.w.Write(g.Turtle())
	return err
}

func (v *visit) catalogueJSONLD() error {
	g, err := v.dcat("/catalogue.jsonld")
	if err != nil {
		return err
	}
	b, err := g.JSONLD()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/ld+json")
	_, err = v.w.Write(b)
	return err
}

// dcat is one page of the catalogue; the next one's address stands in the graph and in a Link of the answer.
func (v *visit) dcat(path string) (*catalogue.Graph, error) {
	site := v.site()
	next := func(after unit.ID) string { return site + path + "?after=" + url.QueryEscape(string(after)) }
	g, after, err := v.s.c.Catalogue.DCAT(v.ctx(), unit.ID(v.r.URL.Query().Get("after")), catalogue.DCATAt{Site: site, Page: site + v.r.URL.RequestURI(), Name: v.s.c.Node.Name,
		Log: v.s.c.Log.Origin(), NextURL: next})
	if err == nil && after != "" {
		v.w.Header().Set("Link", "<"+next(after)+`>; rel="next"`)
	}
	return g, err
}
