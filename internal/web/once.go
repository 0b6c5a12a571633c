package web

import (
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// usesView is the part of a case's page about its invoice lines: how each stands in the used-once register.
type usesView struct {
	All     []useLine
	Waiting bool
}

// useLine is a claim with who answers for it.
type useLine struct {
	federation.Claim
	Who fault.Words
}

// Reason is the sentence of what refuses it or holds it up.
func (l useLine) Reason() fault.Words {
	f := l.Why()
	if f == nil {
		return fault.Words{}
	}
	return fault.Words{f.Sentence(fault.ZH), f.Sentence(fault.EN)}
}

func (v *visit) usesOf(id unit.ID) (u usesView, err error) {
	all, err := v.s.c.Cases.UsesOf(v.ctx(), v.who, id)
	if err != nil || len(all) == 0 {
		return u, err
	}
	names, err := v.nodeNames()
	if err != nil {
		return u, err
	}
	for _, c := range all {
		u.All = append(u.All, useLine{c, names[c.Keeper]})
		u.Waiting = u.Waiting || c.State == federation.UseWaiting
	}
	return u, nil
}

// nodeNames are the names of this node and its neighbours by their code.
func (v *visit) nodeNames() (map[string]fault.Words, error) {
	names, _, err := v.peerWords()
	if err != nil {
		return nil, err
	}
	names[v.s.c.Node.Code] = v.s.c.Node.Name
	return names, nil
}

type oncePage struct {
	federation.RegisterView
	Askers2    []askerLine
	Kept       []keptLine // claims of which this node keeps the register
	Mine       []useLine  // of this node's cases
	Asked      []questionLine
	UsesPage   string // addresses of the next pages
	ClaimsPage string
	QuestPage  string
	Form       *form
	Nodes      []option
	States     []option
	Narrow     bool
	Export     exportView
}

type askerLine struct {
	federation.Asker
	Who fault.Words
	Fen unit.Fen
}

type keptLine struct {
	federation.Use
	Who   fault.Words
	Stale bool
}

type questionLine struct {
	federation.Question
	Who  fault.Words
	Said string // what was answered: how the claim stands, or why it is refused
}

// once shows the used-once register: what this node keeps for whom, what it asked of others, and who asked what.
func (v *visit) once() error {
	f := v.asked()
	narrow := federation.UseQuery{Node: f.text("node"), State: f.text("state")}
	if v.wantsFile() {
		return v.onceFile(narrow)
	}
	uses, claims, questions := narrow, narrow, narrow
	uses.After, claims.After, questions.After = f.Get("uses"), f.Get("claims"), f.Get("questions")
	r, claimsNext, err := v.s.c.Federation.Register(v.ctx(), v.who, uses, claims, questions)
	if err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	p := oncePage{RegisterView: r, Form: f, Narrow: narrow.Node+narrow.State != "", Export: v.exports()}
	now := v.now()
	for _, a := range r.Askers {
		p.Askers2 = append(p.Askers2, askerLine{a, names[a.Node], unit.Fen(a.HeldFen)})
	}
	for _, u := range r.Uses {
		p.Kept = append(p.Kept, keptLine{u, names[u.Node], u.Stale(now, r.Terms.StaleDays)})
	}
	for _, c := range r.Claims {
		p.Mine = append(p.Mine, useLine{c, names[c.Keeper]})
	}
	for _, q := range r.Questions {
		p.Asked = append(p.Asked, questionLine{q, names[q.Node], v.onceSaid(q.Answer)})
	}
	for _, next := range []struct {
		to         *string
		name, from string
	}{{&p.UsesPage, "uses", r.UsesNext}, {&p.ClaimsPage, "claims", claimsNext}, {&p.QuestPage, "questions", r.QuestNext}} {
		if next.from != "" {
			*next.to = v.filterLink(next.name, next.from)
		}
	}
	_, peers, err := v.peerWords()
	if err != nil {
		return err
	}
	p.Nodes = append([]option{{"", v.t("全部节点", "every node")}, {v.s.c.Node.Code, v.s.c.Node.Name.In(v.lang)}}, peers...)
	p.States = []option{{"", v.t("全部状态", "every state")}}
	for _, s := range []string{federation.UseWaiting, federation.UseHeld, federation.UseConfirmed, federation.UseRefused, federation.UseReleased} {
		p.States = append(p.States, option{s, useWords[s].In(v.lang)})
	}
	return v.show("once", v.t("凭证一次使用", "Used once"), p)
}

var useWords = map[string]fault.Words{federation.UseWaiting: {"等答复", "waiting"}, federation.UseHeld: {"已占用", "held"}, federation.UseConfirmed: {"已使用", "used"},
	federation.UseRefused: {"不可用", "refused"}, federation.UseReleased: {"已退回", "given back"}}

// onceSaid is an answer of the register as people read it.
func (v *visit) onceSaid(answer string) string {
	if w, ok := useWords[answer]; ok {
		return w.In(v.lang)
	}
	if _, ok := fault.Codes()[answer]; ok {
		return faultWord(v.lang, answer, "keeper", v.s.c.Node.Name.In(v.lang))
	}
	return answer
}

// onceFile is the register that this node keeps, as a file: all that it is narrowed to.
func (v *visit) onceFile(q federation.UseQuery) error {
	s := &sheet{Name: "used-once", Head: []string{v.t("节点", "Node"), v.t("占用编号", "Claim"), v.t("摘要", "Digest"), v.t("金额", "Amount"), v.t("状态", "State"), v.t("登记", "Entered"), v.t("变动", "Changed")}}
	for {
		r, _, err := v.s.c.Federation.Register(v.ctx(), v.who, q, federation.UseQuery{Rows: 1}, federation.UseQuery{Rows: 1})
		if err != nil {
			return err
		}
		for _, u := range r.Uses {
			if err := s.put(u.Node, string(u.Claim), u.Digest, u.Amount, u.State, iso(u.At), iso(u.Changed)); err != nil {
				return err
			}
		}
		if q.After = r.UsesNext; q.After == "" {
			return v.send(s)
		}
	}
}
