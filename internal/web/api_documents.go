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
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader"
	"corridor/internal/reader/extract"
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
