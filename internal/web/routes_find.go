package web

import "corridor/internal/access"

// finding are the addresses of the search over what is offered.
func (s *Server) finding() {
	s.page("GET", "/search", access.ListingRead, (*visit).search)
}
