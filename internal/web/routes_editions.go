package web

import "corridor/internal/access"

// editionRoutes are the addresses of editions that enter a running node, of their trials, and of decisions as records.
func (s *Server) editionRoutes() {
	s.page("GET", "/editions", access.SchemeRead, (*visit).editions)
	s.page("POST", "/editions", access.SchemePropose, (*visit).proposeEdition)
	s.page("GET", "/editions/{id}", access.SchemeRead, (*visit).edition)
	s.page("GET", "/editions/{id}/pack", access.SchemeRead, (*visit).editionPack)
	s.page("POST", "/editions/{id}/adopt", access.SchemeAdopt, (*visit).adoptEdition)
	s.page("POST", "/editions/{id}/withdraw", access.SchemePropose, (*visit).withdrawEdition)
	s.page("POST", "/editions/{id}/end", access.SchemePropose, (*visit).proposeEnding)
	s.page("POST", "/editions/{id}/end/confirm", access.SchemeAdopt, (*visit).confirmEnding)
	s.page("POST", "/editions/{id}/end/withdraw", access.SchemePropose, (*visit).withdrawEnding)
	s.page("POST", "/trials", access.SchemeTrial, (*visit).tryEdition)
	s.page("GET", "/trials/{id}", access.SchemeTrial, (*visit).trial)
	s.page("GET", "/trials/{id}/sides", access.SchemeTrial, (*visit).exportSides)
	s.page("POST", "/trials/{id}/stop", access.SchemeTrial, (*visit).stopTrial)

	s.page("GET", "/cases/{id}/decisions/{no}", access.CaseRead, (*visit).decision)
	s.page("POST", "/cases/{id}/decisions/{no}/appeal", access.CaseCreate, (*visit).appeal)
}
