package web

import "corridor/internal/access"

// many are the addresses of what concerns many cases at once: rounds, starts, and the lists of codes that rules ask for.
func (s *Server) many() {
	s.page("GET", "/rounds", access.CaseRead, (*visit).rounds)
	s.page("GET", "/rounds/{round}", access.CaseRead, (*visit).oneRound)
	s.page("GET", "/rounds/{round}/export", access.CaseRead, (*visit).exportRound)
	s.page("POST", "/rounds/{round}/cases/{case}/pass-over", access.CaseAct, (*visit).passOver)
	s.page("POST", "/rounds/{round}/close", access.CaseAct, (*visit).closeRound)
	s.page("GET", "/round-lists", access.CaseObject, (*visit).roundLists)
	s.page("GET", "/round-lists/{id}", access.CaseObject, (*visit).roundList)
	s.page("GET", "/starts", access.CaseRead, (*visit).starts)
	s.page("GET", "/starts/{id}", access.CaseRead, (*visit).oneStart)
	s.page("POST", "/starts/{id}/orgs/{code}", access.CaseAct, (*visit).decideStart)
	s.page("GET", "/catalogues", access.RegistryRead, (*visit).catalogues)
	s.page("POST", "/catalogues", access.RegistryEdit, (*visit).putCatalogue)
	s.page("GET", "/catalogues/{id}", access.RegistryRead, (*visit).catalogue)
}
