package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

type documentOut struct {
	ID       string       `json:"id"`
	Digest   string       `json:"digest" doc:"SHA-256 of the original bytes"`
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	At       string       `json:"at"`
	Open     int          `json:"open" doc:"findings that wait"`
	Total    int          `json:"total"`
	Public   bool         `json:"public" doc:"what is accepted of it can be seen by everybody"`
	Warnings []string     `json:"warnings"`
	Findings []findingOut `json:"findings,omitempty"`
}

type findingOut struct {
	No        int                `json:"no"`
	Kind      string             `json:"kind"`
	From      int                `json:"from" doc:"bytes"`
	To        int                `json:"to" doc:"bytes, end exclusive"`
	Quote     string             `json:"quote"`
	State     string             `json:"state" enum:"waiting,accepted,rejected"`
	Reason    string             `json:"reason"`
	Became    string             `json:"became" doc:"path of what it became"`
	Corrected bool               `json:"corrected"`
	Name      string             `json:"name,omitempty"`
	Role      string             `json:"role,omitempty"`
	Agreement *extract.Agreement `json:"agreement,omitempty"`
	Figure    *extract.Figure    `json:"figure,omitempty"`
}

func documentOf(d reader.Document) documentOut {
	o := documentOut{ID: string(d.ID), Digest: d.Digest, Name: d.Name, Title: d.Title, At: iso(d.At), Open: d.Open, Total: d.Total, Public: d.PublishedBy != "", Warnings: d.Warnings}
	if o.Warnings == nil {
		o.Warnings = []string{}
	}
	return o
}

func findingOf(f reader.Finding) findingOut {
	return findingOut{f.No, string(f.Kind), f.From, f.To, f.Quote, string(f.State), f.Reason, f.Became, f.Read != nil, f.Name, f.Role, f.Agreement, f.Figure}
}

// given is a document in a request: JSON {name, text}, or a form with one file.
func given(contentType string, raw []byte) (name string, content []byte, err error) {
	kind, params, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		var in struct{ Name, Text string }
		if err := json.Unmarshal(raw, &in); err != nil {
			return "", nil, fault.New(fault.Invalid, "web.form").Because(err)
		}
		if in.Name == "" {
			in.Name = pastedName
		}
		return in.Name, []byte(in.Text), nil
	}
	form := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return "", nil, fault.New(fault.Invalid, "web.nothing_given").On("file").Because(err)
		}
		if part.FormName() == "file" {
			b, err := io.ReadAll(io.LimitReader(part, files.BytesMax+1))
			return part.FileName(), b, err
		}
	}
}

// takeIn is a document as it comes.
type takeIn struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte `contentType:"application/json" doc:"{name, text}, or multipart/form-data with one file"`
}

// raw marks an input whose body is read by us.
func (takeIn) raw() {}

func (s *Server) apiDocuments() {
	operate(s, "POST", "/api/v1/documents", access.DocumentUpload, "Put a document into the review queue", func(ctx context.Context, a asked, i *takeIn) (*body[documentOut], error) {
		name, content, err := given(i.ContentType, i.RawBody)
		if err != nil {
			return nil, err
		}
		d, err := s.c.Reader.Take(ctx, a.who, name, content)
		if err != nil {
			return nil, err
		}
		return answer(documentOf(d))
	})
	type documentList struct {
		Documents []documentOut `json:"documents"`
		Total     int           `json:"total"`
	}
	type documentsIn struct {
		Q     string `query:"q" doc:"in the title or the name of the file"`
		State string `query:"state" enum:"open,done,public"`
		Sort  string `query:"sort" enum:"oldest,title"`
		Page  int    `query:"page" minimum:"1" default:"1"`
	}
	operate(s, "GET", "/api/v1/documents", access.DocumentRead, "List the documents", func(ctx context.Context, _ asked, i *documentsIn) (*body[documentList], error) {
		all, total, err := s.c.Reader.Documents(ctx, reader.Query{Text: i.Q, State: i.State, Order: reader.Order(i.Sort), Page: i.Page})
		if err != nil {
			return nil, err
		}
		o := documentList{Documents: []documentOut{}, Total: total}
		for _, d := range all {
			o.Documents = append(o.Documents, documentOf(d))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/documents/{id}", access.DocumentRead, "A document with what it says", func(ctx context.Context, _ asked, i *byID) (*body[documentOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		d, finds, _, err := s.c.Reader.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		o := documentOf(d)
		for _, f := range finds {
			o.Findings = append(o.Findings, findingOf(f))
		}
		return answer(o)
	})
	type decideIn struct {
		ID   string `path:"id"`
		No   int    `path:"no"`
		Body struct {
			Accept    bool   `json:"accept"`
			Reason    string `json:"reason,omitempty" required:"false"`
			Indicator string `json:"indicator,omitempty" required:"false" doc:"of an accepted figure: what it reports"`
			// Correct are fields that are made right before they are accepted; a reason is then needed.
			Correct map[string]string `json:"correct,omitempty" required:"false" doc:"fields made right before accepting, by name; needs a reason"`
		}
	}
	operate(s, "POST", "/api/v1/documents/{id}/findings/{no}", access.DocumentDecide, "Accept or reject what a document says", func(ctx context.Context, a asked, i *decideIn) (*body[findingOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		f, err := s.c.Reader.Decide(ctx, a.who, id, i.No, reader.Decision{Accept: i.Body.Accept, Reason: i.Body.Reason, Indicator: i.Body.Indicator, Correct: i.Body.Correct})
		if err != nil {
			return nil, err
		}
		return answer(findingOf(f))
	})
	type findingIn struct {
		ID string `path:"id"`
		No int    `path:"no"`
	}
	operate(s, "POST", "/api/v1/documents/{id}/findings/{no}/undo", access.DocumentDecide, "Let a decided finding wait again", func(ctx context.Context, a asked, i *findingIn) (*body[findingOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		f, err := s.c.Reader.Undo(ctx, a.who, id, i.No)
		if err != nil {
			return nil, err
		}
		return answer(findingOf(f))
	})
	type publicIn struct {
		ID   string `path:"id"`
		Body struct {
			Public bool `json:"public"`
		}
	}
	operate(s, "POST", "/api/v1/documents/{id}/public", access.DocumentDecide, "Let everybody see what is accepted of a document, or not", func(ctx context.Context, a asked, i *publicIn) (*body[documentOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.c.Reader.Publish(ctx, a.who, id, i.Body.Public); err != nil {
			return nil, err
		}
		d, _, _, err := s.c.Reader.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return answer(documentOf(d))
	})
	operate(s, "GET", "/api/v1/documents/{id}/facts", access.DocumentRead, "What a document says, as `corridor read --json` prints it, with what persons made of it", func(ctx context.Context, _ asked, i *byID) (*body[json.RawMessage], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		b, _, err := s.c.Reader.Export(ctx, id, reader.JSON, fault.EN)
		if err != nil {
			return nil, err
		}
		return answer(json.RawMessage(b))
	})
}

type agreementOut struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Kind    string    `json:"kind"`
	Parties []string  `json:"parties"`
	Signed  unit.Day  `json:"signed"`
	About   string    `json:"about"`
	Source  sourceOut `json:"source"`
	Tasks   []taskOut `json:"tasks,omitempty"`
}

type sourceOut struct {
	Document string `json:"document"`
	Digest   string `json:"digest"`
	Title    string `json:"title"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Quote    string `json:"quote"`
}

type taskOut struct {
	ID        string   `json:"id"`
	Agreement string   `json:"agreement"`
	Title     string   `json:"title"`
	Owner     string   `json:"owner"`
	Due       unit.Day `json:"due"`
	Original  unit.Day `json:"original_due"`
	Light     string   `json:"light" enum:"green,amber,red,done"`
	LateDays  int      `json:"late_days" doc:"working days"`
	LeftDays  int      `json:"left_days" doc:"working days"`
	Done      string   `json:"done"`
	Evidence  string   `json:"evidence"`
	Version   int      `json:"version"`
}

func agreementOf(a agreement.Agreement) agreementOut {
	o := agreementOut{string(a.ID), a.Title, a.Kind, a.Parties, a.Signed, a.About,
		sourceOut{string(a.Source.Document), a.Source.Digest, a.Source.Title, a.Source.From, a.Source.To, a.Source.Quote}, nil}
	o.Tasks = tasksOf(a.Tasks)
	return o
}

func tasksOf(all []agreement.Task) []taskOut {
	out := []taskOut{}
	for _, t := range all {
		out = append(out, taskOut{string(t.ID), string(t.Agreement), t.Title, t.Owner, t.Due, t.Original, string(t.Lamp.Light), t.Lamp.LateDays,
			t.Lamp.LeftDays, iso(t.Done), t.Evidence, t.Version})
	}
	return out
}

func (s *Server) apiAgreements() {
	type agreementList struct {
		Agreements []agreementOut `json:"agreements"`
	}
	operate(s, "GET", "/api/v1/agreements", access.AgreementRead, "The register of agreements", func(ctx context.Context, _ asked, _ *nothing) (*body[agreementList], error) {
		all, err := s.c.Agreements.List(ctx)
		if err != nil {
			return nil, err
		}
		o := agreementList{Agreements: []agreementOut{}}
		for _, a := range all {
			o.Agreements = append(o.Agreements, agreementOf(a))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/agreements/{id}", access.AgreementRead, "An agreement with its source and its tasks", func(ctx context.Context, _ asked, i *byID) (*body[agreementOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		a, err := s.c.Agreements.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return answer(agreementOf(a))
	})
	type planIn struct {
		ID   string `path:"id"`
		Body struct {
			Tasks []struct {
				Title string `json:"title"`
				Owner string `json:"owner"`
				Due   string `json:"due" doc:"2026-06-30"`
			} `json:"tasks"`
		}
	}
	type taskList struct {
		Tasks []taskOut `json:"tasks"`
		Total int       `json:"total"`
	}
	operate(s, "POST", "/api/v1/agreements/{id}/tasks", access.AgreementPlan, "Set up tasks", func(ctx context.Context, a asked, i *planIn) (*body[taskList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		var all []agreement.Task
		for _, t := range i.Body.Tasks {
			x := agreement.Task{Title: t.Title, Owner: t.Owner}
			if x.Due, err = unit.ParseDay(t.Due); err != nil {
				return nil, fault.Of(err).On("due")
			}
			all = append(all, x)
		}
		planned, err := s.c.Agreements.Plan(ctx, a.who, id, all)
		if err != nil {
			return nil, err
		}
		return answer(taskList{tasksOf(planned), len(planned)})
	})
	operate(s, "GET", "/api/v1/tasks", access.TaskRead, "All tasks, the most urgent first", func(ctx context.Context, _ asked, i *paged) (*body[taskList], error) {
		all, total, err := s.c.Agreements.Tasks(ctx, (i.Page-1)*200)
		if err != nil {
			return nil, err
		}
		return answer(taskList{tasksOf(all), total})
	})
	type doneIn struct {
		ID   string `path:"id"`
		Body struct {
			Version  int    `json:"version"`
			Evidence string `json:"evidence"`
		}
	}
	operate(s, "POST", "/api/v1/tasks/{id}/done", access.TaskUpdate, "Mark a task as done", func(ctx context.Context, a asked, i *doneIn) (*body[taskOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.c.Agreements.Finish(ctx, a.who, id, i.Body.Version, i.Body.Evidence); err != nil {
			return nil, err
		}
		t, err := s.c.Agreements.Task(ctx, id)
		if err != nil {
			return nil, err
		}
		return answer(tasksOf([]agreement.Task{t})[0])
	})
}
