package web

import "corridor/internal/access"

// askPages are the addresses of what is asked for at once, and of what is sealed.
func (s *Server) askPages() {
	s.page("POST", "/cases/{id}/asks/{ask}", access.CaseAct, (*visit).answerAsk)
}
