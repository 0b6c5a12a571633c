package web

import "corridor/internal/access"

// flowPages are the addresses of who uses whose resources: the matrix, the map, and the entries that make both.
func (s *Server) flowPages() {
	s.page("GET", "/flows", access.FigureRead, (*visit).flows)
	s.page("GET", "/flows/entries", access.FigureRead, (*visit).flowEntries)
	s.page("GET", "/map", access.FigureRead, (*visit).placesMap)
}
