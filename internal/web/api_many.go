package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type roundOut struct {
	ID       string       `json:"id"`
	Scheme   string       `json:"scheme"`
	Title    string       `json:"title"`
	Edition  string       `json:"edition"`
	Digest   string       `json:"digest" doc:"of the edition"`
	Day      string       `json:"day"`
	Closes   string       `json:"closes" doc:"from then on it can be closed"`
	Waiting  int          `json:"waiting"`
	May      bool         `json:"may" doc:"you play the role that closes it"`
	Closings []closingOut `json:"closings"`
}

type closingOut struct {
	ID    string `json:"id"`
	At    string `json:"at"`
	By    string `json:"by"`
	Total int    `json:"total"`
	Taken int    `json:"taken"`
	Done  int    `json:"done" doc:"steps that were taken so far"`
	Over  bool   `json:"over"`
}

type returnOut struct {
	Lead     string   `json:"lead" doc:"the case whose payers have paid in"`
	No       string   `json:"no" doc:"its number"`
	Payer    string   `json:"payer" doc:"region code; empty for organisations of no jurisdiction that paid in"`
	Name     string   `json:"name"`
	PaidIn   unit.Fen `json:"paid_in" doc:"yuan"`
	Received unit.Fen `json:"received" doc:"yuan, by organisations of the jurisdiction"`
	Least    unit.Fen `json:"least" doc:"yuan that it has to get"`
	Most     unit.Fen `json:"most" doc:"yuan that it may get"`
	Outside  bool     `json:"outside" doc:"the ranking cannot be closed as it stands"`
}

func returnsOutOf(all []casework.Return, lang fault.Lang) []returnOut {
	out := []returnOut{}
	for _, r := range all {
		out = append(out, returnOut{string(r.Lead), r.No, r.Payer, r.Name.In(lang), r.PaidIn, r.Received, r.Least, r.Most, r.Outside()})
	}
	return out
}

type rankedOut struct {
	Rank      int      `json:"rank"`
	Case      string   `json:"case"`
	No        string   `json:"no"`
	Org       string   `json:"org"`
	Name      string   `json:"name"`
	Value     string   `json:"value" doc:"what it is ranked by; more goes first"`
	Submitted string   `json:"submitted"`
	Sum       unit.Fen `json:"sum" doc:"yuan; 0.00 where the room is a count"`
	Running   unit.Fen `json:"running" doc:"yuan, with those before it"`
	Takes     bool     `json:"takes"`
	Unknown   bool     `json:"unknown"`
	Why       string   `json:"why"`
	Passed    string   `json:"passed" doc:"why it is passed over along the ranking; empty when it is not"`
}

func roundOutOf(r casework.Round, lang fault.Lang) roundOut {
	o := roundOut{ID: r.ID, Scheme: r.Scheme, Title: r.Title.In(lang), Edition: r.Edition, Digest: r.Digest, Day: r.Day.String(), Closes: iso(r.Closes), Waiting: r.Waiting,
		May: r.May, Closings: []closingOut{}}
	for _, c := range r.Closings {
		o.Closings = append(o.Closings, closingOut{string(c.ID), iso(c.At), c.By, c.Total, c.Taken, c.Done, c.Over})
	}
	return o
}

func rankedOutOf(all []casework.Ranked, lang fault.Lang) []rankedOut {
	out := []rankedOut{}
	for _, r := range all {
		out = append(out, rankedOut{r.Rank, string(r.Case.ID), r.Case.No, r.Case.Org, r.Case.OrgName.In(lang), r.Value.In(lang), iso(r.Submitted), r.Sum, r.Running, r.Takes, r.Unknown, r.Why.In(lang), r.Skip.Reason})
	}
	return out
}

// apiMany are the operations on rounds, starts and lists of codes.
func (s *Server) apiMany() {
	s.apiRounds()
	s.apiRoundLists()
	s.apiStarts()
	s.apiCatalogues()
}

func (s *Server) apiRounds() {
	type rounds struct {
		Rounds []roundOut `json:"rounds"`
	}
	operate(s, "GET", "/api/v1/rounds", access.CaseRead, "The rounds in which waiting cases are ranked", func(ctx context.Context, a asked, _ *nothing) (*body[rounds], error) {
		all, err := s.c.Cases.Rounds(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := rounds{Rounds: []roundOut{}}
		for _, r := range all {
			o.Rounds = append(o.Rounds, roundOutOf(r, a.lang))
		}
		return answer(o)
	})
	type roundIn struct {
		Round string `path:"round"`
	}
	type rankingOut struct {
		Round   roundOut    `json:"round"`
		Ranked  []rankedOut `json:"ranked"`
		Returns []returnOut `json:"returns" doc:"empty where the scheme does not bound what payers get back"`
		Plan    string      `json:"plan" doc:"digest of this ranking, which closing it names"`
	}
	operate(s, "GET", "/api/v1/rounds/{round}", access.CaseRead, "A round with the cases that wait, ranked as it would be closed now", func(ctx context.Context, a asked, i *roundIn) (*body[rankingOut], error) {
		r, ranked, plan, err := s.c.Cases.Ranking(ctx, a.who, i.Round)
		if err != nil {
			return nil, err
		}
		return answer(rankingOut{roundOutOf(r, a.lang), rankedOutOf(ranked, a.lang), returnsOutOf(r.Returns, a.lang), plan})
	})
	type closedIn struct {
		Round   string `path:"round"`
		Closing string `path:"closing"`
	}
	type roundClosedOut struct {
		Ranked []rankedOut `json:"ranked"`
	}
	operate(s, "GET", "/api/v1/rounds/{round}/closings/{closing}", access.CaseRead, "A round as it was closed", func(ctx context.Context, a asked, i *closedIn) (*body[roundClosedOut], error) {
		id, err := idOf(i.Closing)
		if err != nil {
			return nil, err
		}
		ranked, err := s.c.Cases.Closed(ctx, a.who, i.Round, id)
		if err != nil {
			return nil, err
		}
		return answer(roundClosedOut{rankedOutOf(ranked, a.lang)})
	})
	type passOverIn struct {
		Round string `path:"round"`
		Case  string `path:"case"`
		Body  struct {
			Reason string `json:"reason" doc:"stands in the decision on the case; empty takes the case in again"`
		}
	}
	operate(s, "POST", "/api/v1/rounds/{round}/cases/{case}/pass-over", access.CaseAct, "Pass over a case along the ranking, with a reason, or take it in again", func(ctx context.Context, a asked, i *passOverIn) (*body[rankingOut], error) {
		id, err := idOf(i.Case)
		if err != nil {
			return nil, err
		}
		if err := s.c.Cases.PassOver(ctx, a.who, i.Round, id, i.Body.Reason); err != nil {
			return nil, err
		}
		r, ranked, plan, err := s.c.Cases.Ranking(ctx, a.who, i.Round)
		if err != nil {
			return nil, err
		}
		return answer(rankingOut{roundOutOf(r, a.lang), rankedOutOf(ranked, a.lang), returnsOutOf(r.Returns, a.lang), plan})
	})
	type roundCloseIn struct {
		Round string `path:"round"`
		Body  struct {
			Plan string `json:"plan" doc:"digest of the ranking that was looked at"`
		}
	}
	type roundCloseOut struct {
		Closing string `json:"closing"`
	}
	operate(s, "POST", "/api/v1/rounds/{round}/close", access.CaseAct, "Close a round: every case is admitted or passed over by one decision", func(ctx context.Context, a asked, i *roundCloseIn) (*body[roundCloseOut], error) {
		id, err := s.c.Cases.CloseRound(ctx, a.who, i.Round, i.Body.Plan)
		if err != nil {
			return nil, err
		}
		return answer(roundCloseOut{string(id)})
	})
}

type startOut struct {
	ID      string `json:"id" doc:"empty before it has begun"`
	Scheme  string `json:"scheme"`
	Title   string `json:"title"`
	Edition string `json:"edition"`
	Due     string `json:"due"`
	Begun   string `json:"begun"`
	Done    string `json:"done" doc:"empty while it goes on"`
	Looked  int    `json:"looked" doc:"organisations that were judged"`
	Opened  int    `json:"opened"`
	Failed  int    `json:"failed"`
	Waits   int    `json:"waits" doc:"those of whom the rules cannot say"`
}

type startedOut struct {
	Org     string      `json:"org"`
	Name    string      `json:"name"`
	State   string      `json:"state" enum:"waits,opened,dismissed"`
	Case    string      `json:"case"`
	Reason  string      `json:"reason"`
	By      string      `json:"by"`
	Answers []answerOut `json:"answers"`
}

func startOutOf(x casework.Start, lang fault.Lang) startOut {
	return startOut{string(x.ID), x.Scheme, x.Title.In(lang), x.Edition, iso(x.Due), iso(x.Begun), iso(x.Done), x.Looked, x.Opened, x.Failed, x.Waits}
}

func startedOutOf(s *scheme.Scheme, x casework.StartedOrg, lang fault.Lang) startedOut {
	return startedOut{x.Org, x.Name.In(lang), x.State, string(x.Case), x.Reason, x.By, answersOf(s, x.Answers, lang)}
}

func (s *Server) apiStarts() {
	type starts struct {
		Starts []startOut `json:"starts"`
	}
	operate(s, "GET", "/api/v1/starts", access.CaseRead, "The times at which schemes open cases by themselves", func(ctx context.Context, a asked, _ *nothing) (*body[starts], error) {
		all, err := s.c.Cases.Starts(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := starts{Starts: []startOut{}}
		for _, x := range all {
			o.Starts = append(o.Starts, startOutOf(x, a.lang))
		}
		return answer(o)
	})
	type startIn struct {
		ID    string `path:"id"`
		Page  int    `query:"page" minimum:"1" default:"1"`
		State string `query:"state" enum:"waits,opened,dismissed" default:"waits"`
	}
	type startPageOut struct {
		Start startOut     `json:"start"`
		Orgs  []startedOut `json:"orgs"`
		Total int          `json:"total"`
	}
	operate(s, "GET", "/api/v1/starts/{id}", access.CaseRead, "A start with the organisations that came to a state", func(ctx context.Context, a asked, i *startIn) (*body[startPageOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, all, total, err := s.c.Cases.Start(ctx, a.who, id, i.State, i.Page)
		if err != nil {
			return nil, err
		}
		sch, err := s.c.Cases.Scheme(x.Scheme)
		if err != nil {
			return nil, err
		}
		o := startPageOut{startOutOf(x, a.lang), []startedOut{}, total}
		for _, y := range all {
			o.Orgs = append(o.Orgs, startedOutOf(sch, y, a.lang))
		}
		return answer(o)
	})
	type startDecideIn struct {
		ID   string `path:"id"`
		Code string `path:"code"`
		Body struct {
			Open   bool   `json:"open" doc:"open the case by hand; else the organisation is dismissed"`
			Reason string `json:"reason"`
		}
	}
	operate(s, "POST", "/api/v1/starts/{id}/orgs/{code}", access.CaseAct, "Say of an organisation for which the rules could not", func(ctx context.Context, a asked, i *startDecideIn) (*body[startedOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Cases.DecideStart(ctx, a.who, id, i.Code, i.Body.Open, i.Body.Reason)
		if err != nil {
			return nil, err
		}
		of, _, _, err := s.c.Cases.Start(ctx, a.who, id, "waits", 1)
		if err != nil {
			return nil, err
		}
		sch, err := s.c.Cases.Scheme(of.Scheme)
		if err != nil {
			return nil, err
		}
		return answer(startedOutOf(sch, x, a.lang))
	})
}

type catalogueOut struct {
	ID     string `json:"id"`
	List   string `json:"list" doc:"the name that schemes use"`
	Since  string `json:"since"`
	Source string `json:"source"`
	Codes  int    `json:"codes"`
}

func catalogueOutOf(l registry.CodeList) catalogueOut {
	return catalogueOut{string(l.ID), l.List, l.Since.String(), l.Source, l.Codes}
}

func (s *Server) apiCatalogues() {
	type cataloguesOut struct {
		Lists []catalogueOut `json:"lists"`
	}
	operate(s, "GET", "/api/v1/catalogues", access.RegistryRead, "The dated lists of codes that rules ask for", func(ctx context.Context, _ asked, _ *nothing) (*body[cataloguesOut], error) {
		o := cataloguesOut{Lists: []catalogueOut{}}
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := s.c.Registry.Lists(ctx, tx)
			for _, l := range all {
				o.Lists = append(o.Lists, catalogueOutOf(l))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
	type catalogueCodesOut struct {
		List  catalogueOut      `json:"list"`
		Codes map[string]string `json:"codes" doc:"with what the list calls them"`
	}
	operate(s, "GET", "/api/v1/catalogues/{id}", access.RegistryRead, "A list of codes", func(ctx context.Context, _ asked, i *byID) (*body[catalogueCodesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		l, codes, err := s.catalogue(ctx, id)
		if err != nil {
			return nil, err
		}
		o := catalogueCodesOut{catalogueOutOf(l), map[string]string{}}
		for _, c := range codes {
			o.Codes[c.Code] = c.Words
		}
		return answer(o)
	})
	type cataloguePutIn struct {
		Body struct {
			List   string `json:"list"`
			Since  string `json:"since" doc:"the day from which it holds"`
			Source string `json:"source"`
			Codes  string `json:"codes" doc:"a code on each line, with what the list calls it behind a blank"`
		}
	}
	operate(s, "POST", "/api/v1/catalogues", access.RegistryEdit, "Enter a list of codes, whole, from a day on", func(ctx context.Context, a asked, i *cataloguePutIn) (*body[catalogueOut], error) {
		l, err := s.putCatalogue(ctx, a.who, i.Body.List, i.Body.Since, i.Body.Source, i.Body.Codes)
		if err != nil {
			return nil, err
		}
		return answer(catalogueOutOf(l))
	})
}
