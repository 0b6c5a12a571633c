package web

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/reader/compare"
	"corridor/internal/unit"
)

type subjectOut struct {
	ID         string         `json:"id"`
	Kind       string         `json:"kind" enum:"organisation,policy,programme,place,indicator"`
	Name       string         `json:"name"`
	Code       string         `json:"code" doc:"of the registry, or GB/T 2260 for a place"`
	Names      []string       `json:"names,omitempty"`
	Documents  int            `json:"documents"`
	Mentions   int            `json:"mentions"`
	Statements []statementOut `json:"statements,omitempty" doc:"by the time that they speak of"`
	Twice      [][]int        `json:"told_twice,omitempty" doc:"places in statements that tell one figure"`
	Conflicts  [][2]int       `json:"conflicts,omitempty" doc:"places in statements that cannot both be true"`
	Missing    []missingOut   `json:"missing,omitempty"`
}

type statementOut struct {
	Document string     `json:"document"`
	Digest   string     `json:"digest"`
	Title    string     `json:"title"`
	Of       string     `json:"of" doc:"the time it speaks of"`
	OfBy     string     `json:"of_by" enum:"fact,event,page,none" doc:"who says that time"`
	Part     string     `json:"part" enum:"self,party,whose,issuer"`
	Sentence string     `json:"sentence"`
	Finding  findingOut `json:"finding"`
}

type missingOut struct {
	What  string `json:"what" enum:"period,date,waiting,registry,year,source"`
	Count int    `json:"count"`
	Years string `json:"years,omitempty"`
}

func subjectOf(s reader.Subject) subjectOut {
	o := subjectOut{ID: string(s.ID), Kind: string(s.Kind), Name: s.Name, Code: s.Code, Documents: s.Documents, Mentions: s.Mentions}
	for _, n := range s.Names {
		o.Names = append(o.Names, n.Name)
	}
	return o
}

type placeOut struct {
	Document string     `json:"document"`
	Title    string     `json:"title"`
	Sentence string     `json:"sentence"`
	Finding  findingOut `json:"finding"`
}

func (s *Server) apiKnowledge() {
	type subjectsIn struct {
		Kind string `query:"kind" enum:"organisation,policy,programme,place,indicator"`
		Q    string `query:"q" doc:"in one of the names"`
		Page int    `query:"page" minimum:"1" default:"1"`
	}
	type subjectsOut struct {
		Subjects []subjectOut `json:"subjects"`
		Total    int          `json:"total"`
	}
	operate(s, "GET", "/api/v1/knowledge", access.KnowledgeRead, "What documents speak of", func(ctx context.Context, a asked, i *subjectsIn) (*body[subjectsOut], error) {
		all, total, _, err := s.c.Reader.Subjects(ctx, a.who, reader.SubjectQuery{Kind: reader.SubjectKind(i.Kind), Text: i.Q, Page: i.Page})
		if err != nil {
			return nil, err
		}
		o := subjectsOut{Subjects: []subjectOut{}, Total: total}
		for _, x := range all {
			o.Subjects = append(o.Subjects, subjectOf(x))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/knowledge/{id}", access.KnowledgeRead, "Everything that documents say of one thing", func(ctx context.Context, a asked, i *byID) (*body[subjectOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		d, err := s.c.Reader.Subject(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := subjectOf(d.Subject)
		for _, x := range d.Statements {
			o.Statements = append(o.Statements, statementOut{string(x.Document), x.Digest, x.Title, x.Of, x.OfBy, string(x.Part), x.Sentence, findingOf(x.Finding)})
		}
		o.Twice, o.Conflicts = d.Twice, d.Conflicts
		for _, m := range d.Missing {
			o.Missing = append(o.Missing, missingOut{string(m.Gap), m.Count, m.Years})
		}
		return answer(o)
	})
	type searchIn struct {
		Q    string `query:"q" required:"true" doc:"words that all stand in one paragraph"`
		Page int    `query:"page" minimum:"1" default:"1"`
	}
	type passageOut struct {
		Document string       `json:"document"`
		Title    string       `json:"title"`
		From     int          `json:"from" doc:"bytes"`
		To       int          `json:"to"`
		Text     string       `json:"text"`
		Findings []findingOut `json:"findings"`
	}
	type passagesOut struct {
		Passages []passageOut `json:"passages"`
		Total    int          `json:"total"`
	}
	operate(s, "GET", "/api/v1/passages", access.DocumentRead, "Search the texts of documents", func(ctx context.Context, _ asked, i *searchIn) (*body[passagesOut], error) {
		all, total, err := s.c.Reader.Search(ctx, i.Q, i.Page)
		if err != nil {
			return nil, err
		}
		o := passagesOut{Passages: []passageOut{}, Total: total}
		for _, p := range all {
			x := passageOut{string(p.Document), p.Title, p.From, p.To, p.Text, []findingOut{}}
			for _, f := range p.Findings {
				x.Findings = append(x.Findings, findingOf(f))
			}
			o.Passages = append(o.Passages, x)
		}
		return answer(o)
	})
	s.apiSubjects()
	s.apiAcross()
	s.apiClauses()
}

// apiSubjects are the acts on subjects.
func (s *Server) apiSubjects() {
	type joinIn struct {
		ID   string `path:"id"`
		Body struct {
			Into   string `json:"into"`
			Reason string `json:"reason"`
		}
	}
	type splitIn struct {
		ID   string `path:"id"`
		Body struct {
			Name   string `json:"name"`
			Reason string `json:"reason"`
		}
	}
	type linkIn struct {
		ID   string `path:"id"`
		Body struct {
			Code string `json:"code" doc:"of the registry; empty takes the link away"`
		}
	}
	show := func(ctx context.Context, a asked, id unit.ID, err error) (*body[subjectOut], error) {
		if err != nil {
			return nil, err
		}
		d, err := s.c.Reader.Subject(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(subjectOf(d.Subject))
	}
	operate(s, "POST", "/api/v1/knowledge/{id}/join", access.KnowledgeEdit, "Two things are one", func(ctx context.Context, a asked, i *joinIn) (*body[subjectOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		into, err := unit.ParseID(i.Body.Into)
		if err != nil {
			return nil, fault.New(fault.Invalid, "reader.join_other").On("into")
		}
		return show(ctx, a, into, s.c.Reader.Join(ctx, a.who, id, into, i.Body.Reason))
	})
	operate(s, "POST", "/api/v1/knowledge/{id}/split", access.KnowledgeEdit, "A name is another thing", func(ctx context.Context, a asked, i *splitIn) (*body[subjectOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		own, err := s.c.Reader.Split(ctx, a.who, id, reader.Key(i.Body.Name), i.Body.Reason)
		return show(ctx, a, own, err)
	})
	operate(s, "POST", "/api/v1/knowledge/{id}/link", access.KnowledgeEdit, "A thing is an organisation of the registry", func(ctx context.Context, a asked, i *linkIn) (*body[subjectOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return show(ctx, a, id, s.c.Reader.Link(ctx, a.who, id, i.Body.Code))
	})
}

func (s *Server) apiAcross() {
	type compareIn struct {
		Document []string `query:"document" doc:"ids; none for the newest documents"`
	}
	type pairOut struct {
		Older      string  `json:"older"`
		Newer      string  `json:"newer"`
		Is         string  `json:"is" enum:"copy,edition,shares,retold"`
		Share      float64 `json:"share"`
		Held       float64 `json:"held"`
		Paragraphs int     `json:"paragraphs"`
		Figures    int     `json:"figures" doc:"that both tell"`
	}
	type conflictOut struct {
		A []placeOut `json:"a"`
		B []placeOut `json:"b"`
	}
	type acrossOut struct {
		Pairs     []pairOut     `json:"pairs"`
		Twice     [][]placeOut  `json:"told_twice"`
		Conflicts []conflictOut `json:"conflicts"`
	}
	operate(s, "GET", "/api/v1/across", access.DocumentRead, "What documents say side by side", func(ctx context.Context, _ asked, i *compareIn) (*body[acrossOut], error) {
		ids, err := idsOf(i.Document)
		if err != nil {
			return nil, err
		}
		a, err := s.c.Reader.Compare(ctx, ids)
		if err != nil {
			return nil, err
		}
		places := func(list []int) (out []placeOut) {
			for _, n := range list {
				f := a.Places[n]
				out = append(out, placeOut{string(f.Document), a.Documents[a.Of[n]].Title, f.Sentence, findingOf(f)})
			}
			return out
		}
		o := acrossOut{Pairs: []pairOut{}, Twice: [][]placeOut{}, Conflicts: []conflictOut{}}
		for _, p := range a.Pairs {
			o.Pairs = append(o.Pairs, pairOut{string(a.Documents[p.A].ID), string(a.Documents[p.B].ID), string(p.Is), p.Share, p.Held, p.Paragraphs, p.Figures})
		}
		for _, t := range a.Twice {
			o.Twice = append(o.Twice, places(t))
		}
		for _, c := range a.Conflicts {
			o.Conflicts = append(o.Conflicts, conflictOut{places(c.A), places(c.B)})
		}
		return answer(o)
	})
	type changesIn struct {
		Old string `query:"old" required:"true"`
		New string `query:"new" required:"true"`
	}
	type changesOut struct {
		Changes []compare.Change `json:"changes"`
	}
	operate(s, "GET", "/api/v1/across/changes", access.DocumentRead, "What differs between two editions", func(ctx context.Context, _ asked, i *changesIn) (*body[changesOut], error) {
		old, err := idOf(i.Old)
		if err != nil {
			return nil, err
		}
		new, err := idOf(i.New)
		if err != nil {
			return nil, err
		}
		_, _, changes, err := s.c.Reader.Changes(ctx, old, new)
		if err != nil {
			return nil, err
		}
		if changes == nil {
			changes = []compare.Change{}
		}
		return answer(changesOut{changes})
	})
}

func (s *Server) apiClauses() {
	type clauseOut struct {
		Path    string `json:"path"`
		Address string `json:"address"`
		Label   string `json:"label"`
		Chapter string `json:"chapter"`
		Text    string `json:"text"`
		From    int    `json:"from" doc:"bytes"`
		To      int    `json:"to"`
	}
	type clausesOut struct {
		Document string      `json:"document"`
		Title    string      `json:"title"`
		Clauses  []clauseOut `json:"clauses"`
	}
	operate(s, "GET", "/api/v1/documents/{id}/clauses", access.KnowledgeRead, "The clauses of a regulation", func(ctx context.Context, a asked, i *byID) (*body[clausesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		d, all, err := s.c.Reader.Clauses(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := clausesOut{Document: string(d.ID), Title: d.Title}
		for _, c := range all {
			o.Clauses = append(o.Clauses, clauseOut{c.Path, fmt.Sprintf("/clauses/%s/%s", id, c.Path), c.Label, c.Chapter, c.Text, c.From, c.To})
		}
		return answer(o)
	})
	type sourceIn struct {
		Body struct {
			Title    string `json:"title" doc:"of the source, as a scheme names it"`
			Document string `json:"document,omitempty" required:"false" doc:"empty takes it back"`
		}
	}
	type doneOut struct {
		Done bool `json:"done"`
	}
	operate(s, "POST", "/api/v1/sources", access.KnowledgeEdit, "Say which document is the text of a source", func(ctx context.Context, a asked, i *sourceIn) (*body[doneOut], error) {
		var document unit.ID
		if i.Body.Document != "" {
			var err error
			if document, err = idOf(i.Body.Document); err != nil {
				return nil, err
			}
		}
		if err := s.c.Reader.NameSource(ctx, a.who, i.Body.Title, document); err != nil {
			return nil, err
		}
		return answer(doneOut{true})
	})
}
