package web

import (
	"bytes"
	"context"
	"maps"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// labelRoutes are the pages on which officers enter and revoke labels outside a case, and the letter of it.
func (s *Server) labelRoutes() {
	s.page("GET", "/labels", access.LabelEdit, (*visit).labels)
	s.page("POST", "/labels", access.LabelEdit, (*visit).changeLabels)
	s.page("GET", "/labels/{id}", access.NoticeRead, (*visit).labelLetter)
	s.page("GET", "/labels/{id}/document", access.NoticeRead, (*visit).labelDocument)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"label_asked":   {"已提出，等另一位人员决定。", "Asked for. Another officer decides on it."},
		"label_done":    {"已办理，并已通知单位。", "Done. The organisation is told."},
		"label_adopt":   {"已批准并办理，单位已收到通知。", "Adopted and carried out. The organisations are told."},
		"label_refuse":  {"未批准。", "Refused."},
		"label_partly":  {"已批准；有的行已不能办理，列在下面。", "Adopted. Some rows could not be carried out any more; they are listed below."},
		"labels_listed": {"清单已收下。", "The list was taken in."},
	})
}

// apiLabels are the operations of entering and revoking labels outside a case.
func (s *Server) apiLabels() {
	type labelChangeOut struct {
		ID      string   `json:"id"`
		Batch   string   `json:"batch" doc:"what was asked for together is decided on together"`
		Verb    string   `json:"verb" enum:"enter,revoke"`
		Org     string   `json:"org"`
		Label   string   `json:"label"`
		Level   string   `json:"level"`
		Issuer  string   `json:"issuer"`
		Since   unit.Day `json:"since"`
		Until   unit.Day `json:"until" doc:"last day; empty is without end"`
		Day     unit.Day `json:"day" doc:"first day without the label"`
		Basis   string   `json:"basis"`
		Reason  string   `json:"reason"`
		File    string   `json:"document" doc:"digest of the document"`
		State   string   `json:"state" enum:"proposed,done,refused,void"`
		By      string   `json:"by"`
		Decider string   `json:"decider"`
		Note    string   `json:"note"`
	}
	out := func(c registry.LabelChange) labelChangeOut {
		l := c.Label
		return labelChangeOut{string(c.ID), string(c.Batch), c.Verb, l.Org, l.Label, l.Level, l.Issuer, l.Since, l.Until, c.Day, l.Basis, c.Reason, c.File, c.State, c.By, c.Decider, c.Note}
	}
	type labelChangesIn struct {
		State string `query:"state" enum:"proposed,done,refused,void"`
		Page  int    `query:"page" minimum:"1" maximum:"1000000" default:"1"`
	}
	type labelChangesOut struct {
		Total   int              `json:"total"`
		Changes []labelChangeOut `json:"changes"`
	}
	operate(s, "GET", "/api/v1/labels/changes", access.LabelEdit, "Labels that officers entered and revoked outside a case, the newest first", func(ctx context.Context, a asked, i *labelChangesIn) (*body[labelChangesOut], error) {
		all, total, err := s.c.Registry.LabelChanges(ctx, a.who, i.State, i.Page)
		if err != nil {
			return nil, err
		}
		o := labelChangesOut{Total: total, Changes: []labelChangeOut{}}
		for _, c := range all {
			o.Changes = append(o.Changes, out(c))
		}
		return answer(o)
	})
	type labelAskIn struct {
		Body struct {
			Verb     string `json:"verb" enum:"enter,revoke"`
			Org      string `json:"org"`
			Label    string `json:"label"`
			Level    string `json:"level,omitempty" required:"false"`
			Issuer   string `json:"issuer,omitempty" required:"false"`
			Since    string `json:"since,omitempty" required:"false"`
			Until    string `json:"until,omitempty" required:"false"`
			Day      string `json:"day,omitempty" required:"false" doc:"with revoke: first day without the label"`
			Basis    string `json:"basis,omitempty" required:"false"`
			Reason   string `json:"reason"`
			DocName  string `json:"document_name" doc:"of the document that it rests on"`
			Document []byte `json:"document" doc:"the document, base64"`
		}
	}
	operate(s, "POST", "/api/v1/labels/changes", access.LabelEdit, "Enter or revoke a label outside a case; where two officers are wanted another decides on it", func(ctx context.Context, a asked, i *labelAskIn) (*body[labelChangeOut], error) {
		b := i.Body
		typed := map[string]string{"verb": b.Verb, "org": b.Org, "label": b.Label, "level": b.Level, "issuer": b.Issuer, "since": b.Since, "until": b.Until, "day": b.Day, "basis": b.Basis, "reason": b.Reason}
		c, err := typedLabel(func(name string) string { return typed[name] })
		if err != nil {
			return nil, err
		}
		if c, err = s.changeLabel(ctx, a.who, c, b.DocName, b.Document); err != nil {
			return nil, err
		}
		return answer(out(c))
	})
	type labelDecideIn struct {
		Batch string `path:"batch"`
		Body  struct {
			Adopt bool   `json:"adopt"`
			Note  string `json:"note,omitempty" required:"false" doc:"why; needed to refuse"`
		}
	}
	type labelDecidedOut struct {
		Done    int `json:"done"`
		Refused int `json:"refused"`
		Void    int `json:"void" doc:"could not be carried out any more"`
	}
	operate(s, "POST", "/api/v1/labels/batches/{batch}", access.LabelEdit, "Adopt what another officer asked for together, or refuse it", func(ctx context.Context, a asked, i *labelDecideIn) (*body[labelDecidedOut], error) {
		id, err := idOf(i.Batch)
		if err != nil {
			return nil, err
		}
		d, err := s.c.Registry.DecideLabels(ctx, a.who, id, i.Body.Adopt, i.Body.Note)
		if err != nil {
			return nil, err
		}
		return answer(labelDecidedOut{d.Done, d.Refused, d.Void})
	})
}

// changeLabel keeps the document that a change rests on, and asks for the change.
func (s *Server) changeLabel(ctx context.Context, who access.Actor, c registry.LabelChange, name string, content []byte) (registry.LabelChange, error) {
	if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
		return c, err
	}
	if len(content) == 0 {
		return c, fault.New(fault.Invalid, "web.nothing_given").On("document")
	}
	kept, err := s.c.Files.Put(ctx, name, bytes.NewReader(content))
	if err != nil {
		return c, fault.Of(err).On("document")
	}
	c.File, c.FileName = string(kept.Digest), kept.Name
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err = s.c.Registry.ChangeLabel(ctx, tx, who, c)
		return err
	})
	return c, err
}
