package web

import (
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// talkView is the form for a message about a case.
type talkView struct {
	May   bool
	Desk  bool // may write for the desks alone
	Sight string
	Text  string
	Bad   string
}

// talk puts the messages of a case into its history, by time.
func (v *visit) talk(c casework.Case, history []stepView) ([]stepView, error) {
	all, err := v.s.c.Cases.Comments(v.ctx(), v.who, c.ID)
	if err != nil {
		return history, err
	}
	for i := range all {
		x := stepView{Comment: &all[i]}
		x.At = all[i].At
		history = append(history, x)
	}
	slices.SortStableFunc(history, func(a, b stepView) int { return a.At.Compare(b.At) })
	return history, nil
}

func sightWords(s casework.Sight) fault.Words {
	return wordOf(map[string]fault.Words{string(casework.SightDesk): {"仅经办人可见", "for the desks alone"},
		string(casework.SightApplicant): {"经办人和申请单位可见", "for the desks and the applicant"}, string(casework.SightAll): {"各方可见", "for everybody in the case"}}, string(s))
}

// say adds a message.
func (v *visit) say() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	c, err := v.s.c.Cases.Say(v.ctx(), v.who, id, casework.Sight(f.Get("sight")), f.Get("text"))
	if err != nil {
		v.back = "/cases/" + string(id)
		if !v.refused(err, func(field string) string { return "say-" + field }) {
			return err
		}
		return v.showCase(id, typed{talk: talkView{Sight: f.Get("sight"), Text: f.Get("text"), Bad: fault.Of(err).Sentence(v.lang)}})
	}
	return v.to("/cases/"+string(id)+"#m-"+string(c.ID), "said")
}

// apiTalk are the operations of messages.
func (s *Server) apiTalk() {
	type commentOut struct {
		ID    string `json:"id"`
		At    string `json:"at"`
		By    string `json:"by"`
		Role  string `json:"role"`
		Sight string `json:"sight" enum:"desk,applicant,all"`
		Text  string `json:"text"`
	}
	type commentsOut struct {
		Comments []commentOut `json:"comments"`
	}
	out := func(c casework.Comment) commentOut {
		return commentOut{string(c.ID), iso(c.At), c.By, c.Role, string(c.Sight), c.Text}
	}
	operate(s, "GET", "/api/v1/cases/{id}/comments", access.CaseRead, "What was said about a case", func(ctx context.Context, a asked, i *byID) (*body[commentsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.Comments(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := commentsOut{Comments: []commentOut{}}
		for _, c := range all {
			o.Comments = append(o.Comments, out(c))
		}
		return answer(o)
	})
	type sayIn struct {
		ID   string `path:"id"`
		Body struct {
			Sight string `json:"sight" enum:"desk,applicant,all" doc:"who reads it"`
			Text  string `json:"text"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/comments", access.CaseAct, "Say something about a case", func(ctx context.Context, a asked, i *sayIn) (*body[commentOut], error) {
		id, err := unit.ParseID(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Say(ctx, a.who, id, casework.Sight(i.Body.Sight), i.Body.Text)
		if err != nil {
			return nil, err
		}
		return answer(out(c))
	})
}
