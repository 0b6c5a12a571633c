package web

import "corridor/internal/access"

// forms are the addresses of filling in: part by part, the check before it is submitted, who works on it, who changed what.
func (s *Server) forms() {
	s.page("GET", "/cases/{id}/fill", access.CaseAct, (*visit).fillNext)
	s.page("GET", "/cases/{id}/fill/{step}", access.CaseAct, (*visit).fillStep)
	s.page("POST", "/cases/{id}/fill/{step}", access.CaseAct, (*visit).saveStep)
	s.page("GET", "/cases/{id}/check", access.CaseRead, (*visit).checkCase)
	s.page("GET", "/cases/{id}/people", access.CaseRead, (*visit).casePeople)
	s.page("POST", "/cases/{id}/people", access.CaseAct, (*visit).inviteToCase)
	s.page("POST", "/cases/{id}/people/{person}/end", access.CaseAct, (*visit).takeOffCase)
	s.page("GET", "/cases/{id}/changes", access.CaseRead, (*visit).caseChanges)
	s.page("POST", "/cases/{id}/changes/{change}/restore", access.CaseAct, (*visit).restoreChange)
}
