package web

import "corridor/internal/access"

// abroadRoutes are the addresses of cases that live in other nodes.
func (s *Server) abroadRoutes() {
	s.page("GET", "/cases/abroad", access.CaseRead, (*visit).casesAbroad)
	s.page("GET", "/abroad/{id}", access.CaseRead, (*visit).caseAbroad)
	s.page("POST", "/abroad/{id}", access.CaseAct, (*visit).actAbroad)
	s.page("GET", "/abroad/{id}/files/{digest}", access.CaseRead, (*visit).fileAbroad)
	s.page("GET", "/abroad/{id}/files/{digest}/look", access.CaseRead, (*visit).lookAbroad)
	s.page("GET", "/abroad/{id}/files/{digest}/picture", access.CaseRead, (*visit).abroadPicture)
	s.page("POST", "/letters/file", access.TrustRead, (*visit).giveFile)
	s.page("POST", "/letters/held", access.TrustRead, (*visit).giveLetters)
}
