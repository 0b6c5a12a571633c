package web

import "corridor/internal/access"

// oursRoutes are the homes of an organisation and of an officer over all schemes, and the calendar of deadlines.
func (s *Server) oursRoutes() {
	s.page("GET", "/ours", access.CaseRead, (*visit).ours)
	s.page("GET", "/ours/profile", access.CaseRead, (*visit).ourProfile)
	s.page("GET", "/ours/changes", access.CaseRead, (*visit).announced)
	s.page("GET", "/deadlines", access.NoticeRead, (*visit).deadlinesOf)
	s.page("GET", "/deadlines.ics", access.NoticeRead, (*visit).deadlinesFile)
	s.page("GET", "/office", access.CaseQueue, (*visit).office)
}
