package web

import "corridor/internal/access"

// finding are the addresses of the search over what is offered.
func (s *Server) finding() {
	s.page("GET", "/search", access.ListingRead, (*visit).search)
	if s.c.Notices != nil {
		s.page("GET", "/search/saved", access.NoticeRead, (*visit).savedSearches)
		s.page("POST", "/search/saved", access.NoticeRead, (*visit).keepSearch)
		s.page("POST", "/search/saved/{id}/end", access.NoticeRead, (*visit).dropSearch)
	}
}
