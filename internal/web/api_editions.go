package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type editionOut struct {
	ID           string `json:"id" doc:"its digest if the program carries it"`
	Scheme       string `json:"scheme"`
	Edition      string `json:"edition"`
	Title        string `json:"title"`
	Jurisdiction string `json:"jurisdiction"`
	First        string `json:"first"`
	Last         string `json:"last"`
	Digest       string `json:"digest" doc:"SHA-256 of the merged files"`
	State        string `json:"state" enum:"carried,proposed,adopted,withdrawn"`
	ProposedBy   string `json:"proposed_by"`
	ProposedAt   string `json:"proposed_at"`
	DecidedBy    string `json:"decided_by"`
	DecidedAt    string `json:"decided_at"`
	Reason       string `json:"reason"`
	Leaf         string `json:"leaf" doc:"id of the public leaf"`
}

func editionOf(e casework.Edition, lang fault.Lang) editionOut {
	o := editionOut{ID: editionKey(e), Scheme: e.Scheme, Edition: e.Edition, Title: e.Title.In(lang), Jurisdiction: e.Jurisdiction, First: e.First.String(),
		Digest: e.Digest, State: string(e.State), ProposedBy: e.Proposed.Name, ProposedAt: iso(e.Proposed.At), DecidedBy: e.Decided.Name,
		DecidedAt: iso(e.Decided.At), Reason: e.Reason, Leaf: string(e.Leaf)}
	if e.Last.Valid() {
		o.Last = e.Last.String()
	}
	return o
}

// packIn is a pack as it comes: a ZIP, or a form with files.
type packIn struct {
	ContentType string `header:"Content-Type"`
	Check       bool   `query:"check" doc:"only say what is wrong, keep nothing"`
	Note        string `query:"note"`
	RawBody     []byte `contentType:"application/zip" doc:"a ZIP, or multipart/form-data with the files"`
}

// raw marks an input whose body is read by us.
func (packIn) raw() {}

// pack are the files of a request.
func (i *packIn) pack() (out []scheme.GivenFile, err error) {
	kind, params, _ := mime.ParseMediaType(i.ContentType)
	if kind != "multipart/form-data" {
		return []scheme.GivenFile{{Name: "pack.zip", Content: i.RawBody}}, nil
	}
	form := multipart.NewReader(bytes.NewReader(i.RawBody), params["boundary"])
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "web.form").Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, files.BytesMax+1))
		if err != nil {
			return nil, fault.New(fault.Invalid, "web.form").Because(err)
		}
		out = append(out, scheme.GivenFile{Name: part.FileName(), Content: b})
	}
}

func (s *Server) apiEditions() {
	type editionProblem struct {
		File  string `json:"file"`
		Line  int    `json:"line"`
		Col   int    `json:"col"`
		Code  string `json:"code"`
		Says  string `json:"says"`
		Do    string `json:"do"`
		Text  string `json:"text" doc:"the line"`
		Caret string `json:"caret"`
	}
	type editionCheckedOut struct {
		Problems []editionProblem `json:"problems"`
		Digest   string           `json:"digest"`
		Edition  *editionOut      `json:"edition,omitempty" doc:"what was kept; missing with problems"`
	}
	operate(s, "POST", "/api/v1/editions", access.SchemePropose, "Check a pack, and propose it as an edition if nothing is wrong", func(ctx context.Context, a asked, i *packIn) (*body[editionCheckedOut], error) {
		given, err := i.pack()
		if err != nil {
			return nil, err
		}
		o := editionCheckedOut{Problems: []editionProblem{}}
		checked, err := s.c.Cases.CheckEdition(a.who, given)
		if err != nil {
			return nil, err
		}
		for _, p := range checked.Problems {
			o.Problems = append(o.Problems, editionProblem{p.File, p.Pos.Line, p.Col, p.Code, p.Words.In(a.lang), p.Do.In(a.lang), p.Line, p.Caret})
		}
		if checked.Scheme != nil {
			o.Digest = checked.Scheme.Digest
		}
		if i.Check || len(o.Problems) > 0 {
			return answer(o)
		}
		e, _, err := s.c.Cases.Propose(ctx, a.who, given, i.Note)
		if err != nil {
			return nil, err
		}
		kept := editionOf(e, a.lang)
		o.Edition = &kept
		return answer(o)
	})
	type editionList struct {
		Editions []editionOut `json:"editions"`
	}
	operate(s, "GET", "/api/v1/editions", access.SchemeRead, "The editions of this node with how they came", func(ctx context.Context, a asked, _ *nothing) (*body[editionList], error) {
		all, err := s.c.Cases.Editions(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := editionList{Editions: []editionOut{}}
		for _, e := range all {
			o.Editions = append(o.Editions, editionOf(e, a.lang))
		}
		return answer(o)
	})
	type editionDecideIn struct {
		ID   string `path:"id"`
		Body struct {
			Reason string `json:"reason,omitempty" required:"false"`
		}
	}
	decide := func(do func(context.Context, access.Actor, unit.ID, string) (casework.Edition, error)) func(context.Context, asked, *editionDecideIn) (*body[editionOut], error) {
		return func(ctx context.Context, a asked, i *editionDecideIn) (*body[editionOut], error) {
			id, err := idOf(i.ID)
			if err != nil {
				return nil, err
			}
			e, err := do(ctx, a.who, id, i.Body.Reason)
			if err != nil {
				return nil, err
			}
			return answer(editionOf(e, a.lang))
		}
	}
	operate(s, "POST", "/api/v1/editions/{id}/adopt", access.SchemeAdopt, "Adopt a proposed edition; another person than its proposer", decide(s.c.Cases.Adopt))
	operate(s, "POST", "/api/v1/editions/{id}/withdraw", access.SchemePropose, "Withdraw a proposed edition", decide(s.c.Cases.Withdraw))
	s.apiEndings()
	s.apiTrials()
	s.apiDecisions()
}

type trialOut struct {
	ID      string          `json:"id"`
	Scheme  string          `json:"scheme"`
	Edition string          `json:"edition"`
	Digest  string          `json:"digest"`
	Against string          `json:"against"`
	State   string          `json:"state" enum:"waiting,running,done,failed,stopped"`
	Done    int64           `json:"done"`
	Total   int64           `json:"total"`
	Problem string          `json:"problem"`
	Result  json.RawMessage `json:"result,omitempty" doc:"what corridor simulate --json prints"`
}

func trialOf(t casework.Trial, lang fault.Lang) (*body[trialOut], error) {
	o := trialOut{string(t.ID), t.Scheme, t.Edition, t.Digest, t.Against, t.State, t.Done, t.Total, t.Problem.In(lang), nil}
	if t.Result != nil {
		var err error
		if o.Result, err = json.Marshal(t.Result); err != nil {
			return nil, err
		}
	}
	return answer(o)
}

func (s *Server) apiTrials() {
	type trialTryIn struct {
		Body struct {
			Digest  string   `json:"digest" doc:"of the edition"`
			Against string   `json:"against,omitempty" required:"false" doc:"digest of the edition to compare with"`
			Budget  unit.Fen `json:"budget,omitempty" required:"false" doc:"yuan"`
			Assume  []string `json:"assume,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/trials", access.SchemeTrial, "Try an edition over this node's registry", func(ctx context.Context, a asked, i *trialTryIn) (*body[trialOut], error) {
		t, err := s.c.Cases.Try(ctx, a.who, i.Body.Digest, i.Body.Against, i.Body.Budget, i.Body.Assume)
		if err != nil {
			return nil, err
		}
		return trialOf(t, a.lang)
	})
	operate(s, "GET", "/api/v1/trials/{id}", access.SchemeTrial, "A trial: how far it is, or what came out", func(ctx context.Context, a asked, i *byID) (*body[trialOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		t, err := s.c.Cases.GetTrial(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return trialOf(t, a.lang)
	})
	type trialSidesIn struct {
		ID   string `path:"id"`
		Page int    `query:"page" minimum:"1" default:"1"`
	}
	type trialSideOut struct {
		Org  string   `json:"org"`
		Name string   `json:"name"`
		Was  string   `json:"was"`
		Is   string   `json:"is"`
		From unit.Fen `json:"was_sum" doc:"yuan"`
		To   unit.Fen `json:"is_sum" doc:"yuan"`
		Rule string   `json:"rule"`
		Says string   `json:"says"`
	}
	type trialSidesOut struct {
		Sides []trialSideOut `json:"sides"`
		Total int            `json:"total"`
	}
	operate(s, "GET", "/api/v1/trials/{id}/sides", access.SchemeTrial, "The organisations that change sides", func(ctx context.Context, a asked, i *trialSidesIn) (*body[trialSidesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, total, err := s.c.Cases.Sides(ctx, a.who, id, i.Page)
		if err != nil {
			return nil, err
		}
		o := trialSidesOut{Sides: []trialSideOut{}, Total: total}
		for _, x := range all {
			o.Sides = append(o.Sides, trialSideOut{x.Firm, x.Name.In(a.lang), string(x.Was), string(x.Is), x.WasSum, x.IsSum, x.Rule, x.RuleWords.In(a.lang)})
		}
		return answer(o)
	})
}

func (s *Server) apiDecisions() {
	type decisionSeenOut struct {
		Fact  string `json:"fact"`
		Says  string `json:"says"`
		Value string `json:"value"`
		By    string `json:"by"`
		At    string `json:"at"`
	}
	type decisionStoodOut struct {
		Action  string      `json:"action"`
		Verdict string      `json:"verdict"`
		Answers []answerOut `json:"answers"`
	}
	type decisionRecordOut struct {
		Case    string             `json:"case"`
		Edition string             `json:"edition" doc:"digest"`
		Digest  string             `json:"digest"`
		Ref     string             `json:"ref" doc:"what a field of type case takes"`
		Mandate string             `json:"mandate"`
		Step    stepOut            `json:"step"`
		Seen    []decisionSeenOut  `json:"seen"`
		Stood   []decisionStoodOut `json:"stood" doc:"of a refusal: what stood in the way of the other actions"`
		Differ  []string           `json:"differ" doc:"what comes out otherwise when it is judged again"`
		Appeals []string           `json:"appeals" doc:"ids of cases against it"`
		Offers  []string           `json:"offers" doc:"schemes of which one may open a case against it"`
	}
	type decisionReadIn struct {
		ID string `path:"id"`
		No int    `path:"no"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/decisions/{no}", access.CaseRead, "A decision as a record", func(ctx context.Context, a asked, i *decisionReadIn) (*body[decisionRecordOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		r, err := s.c.Cases.Decision(ctx, a.who, id, i.No)
		if err != nil {
			return nil, err
		}
		h := r.Step
		o := decisionRecordOut{Case: r.Case.No, Edition: r.Case.EditionDigest, Digest: r.Digest, Ref: r.Ref(), Mandate: h.Mandate, Seen: []decisionSeenOut{}, Stood: []decisionStoodOut{},
			Differ: append([]string{}, r.Differ...), Appeals: []string{}, Offers: []string{},
			Step: stepOut{h.No, iso(h.At), h.Action, h.From, h.To, h.Role, h.By, h.Reason, string(h.Decision.Verdict), answersOf(r.Edition, h.Decision.Answers, a.lang), string(h.Receipt)}}
		for _, f := range h.Decision.Seen {
			o.Seen = append(o.Seen, decisionSeenOut{f.Key(), r.Edition.Called(f.Name).In(a.lang), f.Value.String(), f.Vouched.By, iso(f.Vouched.At)})
		}
		for _, x := range h.Decision.Stood {
			o.Stood = append(o.Stood, decisionStoodOut{x.Action, string(x.Verdict), answersOf(r.Edition, x.Answers, a.lang)})
		}
		for _, c := range r.Appeals {
			o.Appeals = append(o.Appeals, string(c.ID))
		}
		for _, x := range r.Offers {
			o.Offers = append(o.Offers, x.Scheme)
		}
		return answer(o)
	})
	type decisionAppealIn struct {
		ID   string `path:"id"`
		No   int    `path:"no"`
		Key  string `header:"Idempotency-Key"`
		Body struct {
			Scheme string `json:"scheme"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/decisions/{no}/appeal", access.CaseCreate, "Open a case against a decision", func(ctx context.Context, a asked, i *decisionAppealIn) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Appeal(ctx, a.who, id, i.No, i.Body.Scheme, i.Key)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
}
