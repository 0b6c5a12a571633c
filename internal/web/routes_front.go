package web

import "corridor/internal/access"

// front are the addresses of what stands around a case: queue, hands, talk, letters, notices to the public.
func (s *Server) front() {
	s.page("GET", "/style", access.HomeRead, (*visit).stylePage)
	s.page("GET", "/queue", access.CaseRead, (*visit).queue)
	s.page("POST", "/queue/batch", access.CaseAct, (*visit).batch)
	s.page("POST", "/cases/{id}/take", access.CaseAct, (*visit).takeCase)
	s.page("POST", "/cases/{id}/give", access.CaseAct, (*visit).giveCase)
	s.page("POST", "/cases/{id}/give-back", access.CaseAct, (*visit).giveBackCase)
	s.page("POST", "/cases/{id}/comments", access.CaseAct, (*visit).say)
	s.page("GET", "/cases/{id}/letters/{no}", access.CaseRead, (*visit).caseLetter)
	s.page("GET", "/public-notices", access.CaseObject, (*visit).publicNotices)
	s.page("GET", "/public-notices/{id}", access.CaseObject, (*visit).publicNotice)
	s.page("POST", "/public-notices/{id}/objections", access.CaseObject, (*visit).object)
	s.page("GET", "/public-notices/{id}/objections/{objection}", access.CaseObject, (*visit).objection)
}
