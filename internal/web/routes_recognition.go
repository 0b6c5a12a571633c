package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// recognitionRoutes are the addresses of what is recognised from others, and of certificates.
func (s *Server) recognitionRoutes() {
	s.page("GET", "/recognised", access.FederationRead, (*visit).recognitions)
	s.page("POST", "/recognised", access.RecognitionEdit, (*visit).proposeRecognition)
	s.page("POST", "/registry/{code}/labels/{label}/certificate", access.RegistryEdit, (*visit).certify)
	s.page("GET", "/certificates/{label}", access.LogRead, (*visit).certificate)
	s.page("GET", "/community/versions", access.FederationRead, (*visit).versions)
	s.page("POST", "/community/versions", access.FederationKeep, (*visit).draftVersion)
	s.page("GET", "/verify", access.LogRead, (*visit).verifyForm)
	s.page("POST", "/verify", access.LogRead, (*visit).verifyCertificate)
}

// apiRecognition are the operations of what is recognised from others, and of certificates.
func (s *Server) apiRecognition() {
	type recognisedOut struct {
		ID       string   `json:"id"`
		List     string   `json:"list"`
		Kind     string   `json:"kind" enum:"provider,label,expert,listing"`
		From     string   `json:"from"`
		What     string   `json:"what"`
		Since    unit.Day `json:"since"`
		Until    unit.Day `json:"until" doc:"last day; empty is without end"`
		Basis    string   `json:"basis"`
		Verified bool     `json:"verified"`
		Ends     string   `json:"ends" doc:"entry whose last day this one changes"`
		State    string   `json:"state" enum:"proposed,adopted,refused"`
	}
	out := func(r federation.Recognition) recognisedOut {
		return recognisedOut{string(r.ID), r.List, r.Kind, r.From, r.What, r.Since, r.Until, r.Basis, r.Verified, string(r.Ends), r.State}
	}
	type recognisedAll struct {
		Entries []recognisedOut `json:"recognisedAll"`
	}
	operate(s, "GET", "/api/v1/recognised", access.FederationRead, "What this jurisdiction recognises from others, with its history", func(ctx context.Context, a asked, _ *nothing) (*body[recognisedAll], error) {
		all, err := s.c.Federation.Recognitions(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := recognisedAll{Entries: []recognisedOut{}}
		for _, r := range all {
			o.Entries = append(o.Entries, out(r))
		}
		return answer(o)
	})
	type recognisedIn struct {
		Body struct {
			List     string `json:"list,omitempty" required:"false"`
			Kind     string `json:"kind,omitempty" required:"false" enum:"provider,label,expert,listing"`
			From     string `json:"from,omitempty" required:"false"`
			What     string `json:"what,omitempty" required:"false"`
			Since    string `json:"since,omitempty" required:"false"`
			Until    string `json:"until,omitempty" required:"false"`
			Basis    string `json:"basis,omitempty" required:"false"`
			Verified bool   `json:"verified,omitempty" required:"false"`
			Ends     string `json:"ends,omitempty" required:"false" doc:"entry whose last day is to be changed; then only until is given"`
		}
	}
	operate(s, "POST", "/api/v1/recognised", access.RecognitionEdit, "Propose an entry, or the last day of one; another officer adopts it", func(ctx context.Context, a asked, i *recognisedIn) (*body[recognisedOut], error) {
		b := i.Body
		typed := map[string]string{"list": b.List, "kind": b.Kind, "from": b.From, "what": b.What, "since": b.Since, "until": b.Until, "basis": b.Basis, "ends": b.Ends}
		if b.Verified {
			typed["verified"] = "yes"
		}
		r, err := typedRecognition(func(name string) string { return typed[name] })
		if err == nil {
			r, err = s.c.Federation.Propose(ctx, a.who, r)
		}
		if err != nil {
			return nil, err
		}
		return answer(out(r))
	})
	type recognisedDecideIn struct {
		ID   string `path:"id"`
		Body struct {
			Adopt bool `json:"adopt"`
		}
	}
	type recognisedDone struct {
		Adopted bool `json:"adopted"`
	}
	operate(s, "POST", "/api/v1/recognised/{id}", access.RecognitionEdit, "Adopt what another officer proposed, or refuse it", func(ctx context.Context, a asked, i *recognisedDecideIn) (*body[recognisedDone], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.c.Federation.DecideRecognition(ctx, a.who, id, i.Body.Adopt); err != nil {
			return nil, err
		}
		return answer(recognisedDone{i.Body.Adopt})
	})
}
