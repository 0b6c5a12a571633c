package web

import "corridor/internal/access"

// askPages are the addresses of what is asked for at once, of who may be drawn to be asked, and of what is sealed.
func (s *Server) askPages() {
	s.page("POST", "/cases/{id}/asks/{ask}", access.CaseAct, (*visit).answerAsk)
	s.page("POST", "/cases/{id}/asks/{ask}/strike", access.CaseAct, (*visit).strikeSeat)
	s.page("GET", "/cases/{id}/draws", access.CaseRead, (*visit).draws)
	s.page("GET", "/experts", access.RegistryEdit, (*visit).experts)
	s.page("POST", "/experts", access.RegistryEdit, (*visit).putExpert)
	s.page("POST", "/experts/{id}/end", access.RegistryEdit, (*visit).endExpert)
	s.page("GET", "/cases/{id}/sealed", access.CaseRead, (*visit).sealed)
	s.page("POST", "/cases/{id}/sealed", access.CaseAct, (*visit).askOpening)
	s.page("POST", "/cases/{id}/sealed/open", access.CaseAct, (*visit).unseal)
	s.page("POST", "/cases/{id}/sealed/end", access.CaseAct, (*visit).endOpening)
}
