package web

import (
	"strings"

	"corridor/internal/scheme"
)

// basisLinks are the addresses at which the sources of an edition can be read: the very clause where a node has read its
// text, else the page that the source names. They are looked up once for each edition that a page shows; what cannot be
// found out is not linked, and the page is shown all the same.
func (v *visit) basisLinks(s *scheme.Scheme) map[string]string {
	if links, known := v.links[s.Digest]; known {
		return links
	}
	links := map[string]string{}
	for name, src := range s.Sources.All() {
		if strings.HasPrefix(src.URL, "https://") {
			links[name] = src.URL
		}
	}
	if clauses, err := v.basisPaths(s); err == nil {
		for name, path := range clauses {
			links[name] = path
		}
	}
	if v.links == nil {
		v.links = map[string]map[string]string{}
	}
	v.links[s.Digest] = links
	return links
}

// verdicts are the answers of rules as a page shows them, each with where its basis can be read.
func (v *visit) verdicts(s *scheme.Scheme, all []scheme.Answer) []verdictView {
	out, links := verdicts(s, all), v.basisLinks(s)
	for i := range out {
		out[i].Link = links[out[i].Basis]
	}
	return out
}
