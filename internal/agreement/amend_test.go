package agreement_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/agreement"
	"corridor/internal/db/dbtest"
	"corridor/internal/unit"
)

var headShanghai = officer("HEAD-SH", "head", "310000")

func TestATextChangesWhenAllHaveSignedIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework(func(a *agreement.Agreement) { a.Text = "双方合作。双方将公布目录。" })
		x := h.task(a, func(t *agreement.Task) { t.Sentence, t.From, t.To = "双方将公布目录", 15, 36 })
		digest := func() string {
			_, d, err := h.Signatures(ctx, everybody, a.ID)
			h.done(err)
			return d
		}
		old := digest()
		words := func(text string) agreement.Wording { w := a.Wording(); w.Text = text; return w }
		for name, c := range map[string]struct {
			digest string
			words  agreement.Wording
			reason string
			want   string
		}{
			"another text was read": {"0", words("新"), "补充", "agreement.sign_changed"},
			"nothing is new":        {old, a.Wording(), "补充", "agreement.amend_nothing"},
			"no reason":             {old, words("新"), " ", "agreement.change_reason"},
			"no title":              {old, agreement.Wording{Text: "新", Until: day(2020, 1, 1), From: day(2021, 1, 1), Title: "x"}, "补充", "agreement.validity"},
		} {
			_, err := h.Amend(ctx, headAnhui, a.ID, c.digest, -1, c.words, c.reason)
			if h.refused(err, c.want); t.Failed() {
				t.Log(name)
			}
		}
		_, err := h.Amend(ctx, ofAnhui, a.ID, old, -1, words("新"), "补充")
		h.refused(err, "agreement.not_your_party") // a desk signs nothing
		m, err := h.Amend(ctx, headAnhui, a.ID, old, -1, words("双方深度合作。\r\n双方将公布目录。"), "补充条款")
		h.done(err)
		if digest() != old {
			t.Error("it changed before all had signed")
		}
		_, err = h.Amend(ctx, planner, a.ID, old, 0, words("别的"), "也改")
		h.refused(err, "agreement.amend_open")
		_, err = h.Sign(ctx, headAnhui, a.ID, 1, m.Digest)
		h.refused(err, "agreement.signed_already")
		_, err = h.Sign(ctx, headShanghai, a.ID, 0, m.Digest)
		h.done(err)
		got, err := h.Get(ctx, everybody, a.ID)
		h.done(err)
		if got.Text != "双方深度合作。\n双方将公布目录。" || digest() != m.Digest || got.Source.Digest == a.Source.Digest || got.Source.To != len(got.Text) || got.Version != 2 {
			t.Errorf("%+v", got)
		}
		if y := h.is(x.ID); got.Text[y.From:y.To] != x.Sentence {
			t.Errorf("the sentence stands at %d–%d", y.From, y.To)
		}
		all, err := h.Amendments(ctx, everybody, a.ID)
		if err != nil || len(all) != 1 || all[0].State != "agreed" || all[0].Was.Text != a.Text {
			t.Errorf("%+v, %v", all, err)
		}
		// What is refused or taken back changes nothing; a sentence that goes out of the text keeps its words and loses its place.
		m, err = h.Amend(ctx, headAnhui, a.ID, m.Digest, -1, words("只有合作。"), "精简")
		h.done(err)
		h.refused(h.EndAmendment(ctx, ofJiangsu, a.ID, m.ID, -1), "agreement.not_your_party")
		h.done(h.EndAmendment(ctx, headShanghai, a.ID, m.ID, 0))
		_, err = h.Sign(ctx, headShanghai, a.ID, 0, m.Digest)
		h.refused(err, "agreement.sign_changed")
		m, err = h.Amend(ctx, headAnhui, a.ID, digest(), -1, words("仍然只有合作。"), "精简")
		h.done(err)
		h.done(h.EndAmendment(ctx, headAnhui, a.ID, m.ID, 1))
		h.refused(h.EndAmendment(ctx, headAnhui, a.ID, m.ID, 1), "agreement.change_decided")
		m, err = h.Amend(ctx, headAnhui, a.ID, digest(), -1, words("仅合作。"), "精简")
		h.done(err)
		_, err = h.Sign(ctx, headShanghai, a.ID, 0, m.Digest)
		h.done(err)
		if y := h.is(x.ID); y.To != 0 || y.Sentence != x.Sentence {
			t.Errorf("%d–%d %s", y.From, y.To, y.Sentence)
		}
		// Back to words that both had signed before: it takes both signatures again.
		now := digest()
		h.hand.set(day(2026, 3, 3))
		back, err := h.Amend(ctx, headAnhui, a.ID, now, -1, all[0].To, "恢复")
		h.done(err)
		if back.Digest != all[0].Digest || digest() != now {
			t.Errorf("an old signature brought back the old words")
		}
		_, err = h.Sign(ctx, headShanghai, a.ID, 0, back.Digest)
		h.done(err)
		if digest() != back.Digest {
			t.Error("the old words do not stand again")
		}
	})
}

// pairOf is two nodes, Shanghai's and Anhui's, with a post between them.
type pairOf struct {
	t      *testing.T
	sh, ah *house
	toAH   *post // what Shanghai wrote
	toSH   *post
}

func eachPair(t *testing.T, test func(p *pairOf)) {
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		clock.set(day(2026, 3, 2))
		p := &pairOf{t: t, toAH: &post{from: "310000"}, toSH: &post{from: "340000"}}
		p.sh = newHouse(t, dbtest.OpenAt(t, dsn, clock.now), clock, p.toAH, "310000")
		p.ah = newHouse(t, dbtest.Open(t, clock.now), clock, p.toSH, "340000")
		test(p)
	})
}

// deliver brings all letters to the other side until nothing is on its way, and returns what was refused.
func (p *pairOf) deliver() (refused string) {
	for range 4 {
		for _, r := range append(p.toAH.deliver(p.ah, speaks), p.toSH.deliver(p.sh, speaks)...) {
			refused += r + "; "
		}
	}
	return refused
}

// same wants both nodes to hold the same text under the same digest, and the same promises.
func (p *pairOf) same(id unit.ID) (digest string) {
	p.t.Helper()
	ctx := context.Background()
	if r := p.deliver(); r != "" {
		p.t.Errorf("refused: %s", r)
	}
	_, here, err := p.sh.Signatures(ctx, planner, id)
	p.sh.done(err)
	_, there, err := p.ah.Signatures(ctx, planner, id)
	p.ah.done(err)
	if here != there {
		p.t.Fatalf("the texts differ: %s, %s", here, there)
	}
	promises := func(h *house) (out string) {
		all, _, err := h.Find(ctx, planner, agreement.Query{Agreement: id, Sort: agreement.ByDue, Rows: 1000})
		h.done(err)
		for i, t := range all {
			if i >= 20 { // of very many the first will do; that all are there is counted
				return out + fmt.Sprint(len(all))
			}
			d, err := h.is(t.ID).Digest()
			h.done(err)
			out += fmt.Sprintln(t.ID, t.State, d)
		}
		return out
	}
	if one, other := promises(p.sh), promises(p.ah); one != other {
		p.t.Fatalf("the promises differ:\n%s\n%s", one, other)
	}
	return here
}

func TestTextAndTasksTravelAfterSharing(t *testing.T) {
	eachPair(t, func(p *pairOf) {
		ctx := context.Background()
		a := p.sh.framework()
		x := p.sh.nodes(a)
		for i := range 4 { // more than one letter
			tasks := make([]agreement.Task, 60)
			for j := range tasks {
				tasks[j] = agreement.Task{Title: fmt.Sprintf("任务%d-%d", i, j), Lead: agreement.Party{Code: "310000", Budget: 5}, Due: day(2026, 6, 30)}
			}
			_, err := p.sh.Plan(ctx, planner, a.ID, tasks)
			p.sh.done(err)
		}
		done := p.sh.task(a, func(t *agreement.Task) { t.Lead = agreement.Party{Code: "310000"} })
		p.sh.done(p.sh.Finish(ctx, ofShanghai, done.ID, 1, "目录"))
		p.sh.done(p.sh.Verify(ctx, ofAnhui, done.ID, 2, true, ""))
		p.sh.done(p.sh.Share(ctx, planner, a.ID, "340000"))
		p.same(a.ID)
		if _, n, _ := p.ah.Find(ctx, planner, agreement.Query{Agreement: a.ID}); n != 242 {
			t.Fatalf("%d tasks arrived", n)
		}
		if got := p.ah.is(done.ID); got.State != agreement.StateDone || got.Evidence != "目录" || got.Done.IsZero() {
			t.Errorf("%+v", got)
		}
		// A task that is added later arrives, with what it waits for and what each gives; so does one of the other side.
		y := p.sh.task(a, func(t *agreement.Task) {
			t.Title, t.Needs, t.Partners = "后加的任务", []unit.ID{x.ID}, []agreement.Party{{Code: "310000", Budget: 700}}
		})
		p.same(a.ID)
		if got := p.ah.is(y.ID); len(got.Needs) != 1 || got.Needs[0] != x.ID || got.Partners[0].Budget != 700 || !strings.HasPrefix(got.Code, "310000-T-") {
			t.Errorf("%+v", got)
		}
		local, err := p.ah.Plan(ctx, planner, a.ID, []agreement.Task{{Title: "那边加的任务", Lead: agreement.Party{Code: "340000"}, Due: day(2026, 9, 30)}})
		p.ah.done(err)
		p.same(a.ID)
		if got := p.sh.is(local[0].ID); got.Title != "那边加的任务" {
			t.Errorf("%+v", got)
		}
		// Other words are proposed there and countersigned here; both hold the new text, signed by both.
		_, before, err := p.ah.Signatures(ctx, planner, a.ID)
		p.ah.done(err)
		held, err := p.ah.Get(ctx, planner, a.ID)
		p.ah.done(err)
		w := held.Wording()
		w.Text, w.Clauses, w.Until = "双方合作，补充一条。", []string{"第一条 每季度通报。"}, day(2028, 1, 4)
		m, err := p.ah.Amend(ctx, headAnhui, a.ID, before, -1, w, "补充条款")
		p.ah.done(err)
		if p.same(a.ID) != before {
			t.Error("it changed before Shanghai had signed")
		}
		_, err = p.sh.Sign(ctx, headShanghai, a.ID, 0, m.Digest)
		p.sh.done(err)
		if now := p.same(a.ID); now != m.Digest {
			t.Errorf("the text is %s, want %s", now, m.Digest)
		}
		for _, h := range []*house{p.sh, p.ah} {
			got, err := h.Get(ctx, planner, a.ID)
			h.done(err)
			signed, _, err := h.Signatures(ctx, planner, a.ID)
			if err != nil || got.Text != w.Text || got.Until != w.Until || len(got.Clauses) != 1 || len(signed) != 2 || signed[0].Digest != m.Digest || signed[1].Digest != m.Digest {
				t.Errorf("%+v, %+v, %v", got, signed, err)
			}
		}
		// A node that is reached, evidence that is kept and taken back, and a change that is taken back are known there.
		p.ah.done(p.ah.Reach(ctx, ofAnhui, x.ID, 0, 1))
		p.ah.done(p.ah.AddEvidence(ctx, ofAnhui, x.ID, 0, agreement.Evidence{Title: "草稿"}))
		p.ah.done(p.ah.Finish(ctx, ofAnhui, x.ID, p.ah.is(x.ID).Version, "定稿"))
		p.same(a.ID)
		p.sh.done(p.sh.Verify(ctx, ofShanghai, x.ID, p.sh.is(x.ID).Version, true, ""))
		p.same(a.ID)
		shown, _, err := p.ah.Evidence(ctx, planner, x.ID)
		p.ah.done(err)
		for _, e := range shown {
			p.ah.done(p.ah.Withdraw(ctx, ofAnhui, x.ID, e.ID, "弄错了"))
		}
		p.same(a.ID)
		if got := p.sh.is(x.ID); got.State != agreement.StateRunning || !got.Milestones[0].Done.Valid() {
			t.Errorf("%+v", got)
		}
		c, err := p.ah.Propose(ctx, ofAnhui, x.ID, p.ah.is(x.ID).Version, "340000", agreement.Content{Due: day(2026, 5, 29)}, "等接口")
		p.ah.done(err)
		p.same(a.ID)
		p.ah.done(p.ah.WithdrawChange(ctx, ofAnhui, c.ID))
		p.same(a.ID)
		if all, err := p.sh.Changes(ctx, planner, x.ID); err != nil || all[0].State != "withdrawn" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestBothSidesProposeAtOnce(t *testing.T) {
	eachPair(t, func(p *pairOf) {
		ctx := context.Background()
		a := p.sh.framework()
		x := p.sh.nodes(a)
		p.sh.done(p.sh.Share(ctx, planner, a.ID, "340000"))
		digest := p.same(a.ID)
		// A date: the node that keeps the agreement wins, and the other side sees its own proposal taken back.
		here, err := p.sh.Propose(ctx, ofShanghai, x.ID, 1, "310000", agreement.Content{Due: day(2026, 4, 30)}, "我方")
		p.sh.done(err)
		_, err = p.ah.Propose(ctx, ofAnhui, x.ID, 1, "340000", agreement.Content{Due: day(2026, 6, 30)}, "对方")
		p.ah.done(err)
		if r := p.deliver(); r != "agreement.change agreement.change_open; agreement.consent agreement.not_your_party; " && r != "agreement.change agreement.change_open; " {
			t.Errorf("refused %q", r)
		}
		_, err = p.ah.Consent(ctx, ofAnhui, here.ID, "340000", true)
		p.ah.done(err)
		p.same(a.ID)
		if got := p.ah.is(x.ID); got.Due != day(2026, 4, 30) {
			t.Errorf("due %s", got.Due)
		}
		// A consent that crosses a withdrawal completes the change on both sides.
		c, err := p.sh.Propose(ctx, ofShanghai, x.ID, 2, "310000", agreement.Content{Due: day(2026, 5, 29)}, "再改")
		p.sh.done(err)
		p.same(a.ID)
		p.sh.done(p.sh.WithdrawChange(ctx, ofShanghai, c.ID))
		_, err = p.ah.Consent(ctx, ofAnhui, c.ID, "340000", true)
		p.ah.done(err)
		p.deliver()
		p.same(a.ID)
		if got := p.sh.is(x.ID); got.Due != day(2026, 5, 29) {
			t.Errorf("due %s", got.Due)
		}
		// The text: the same.
		words := func(text string) agreement.Wording { w := a.Wording(); w.Text = text; return w }
		m, err := p.sh.Amend(ctx, headShanghai, a.ID, digest, -1, words("我方的文本。"), "改")
		p.sh.done(err)
		_, err = p.ah.Amend(ctx, headAnhui, a.ID, digest, -1, words("对方的文本。"), "改")
		p.ah.done(err)
		if r := p.deliver(); r != "agreement.amend agreement.amend_open; " {
			t.Errorf("refused %q", r)
		}
		_, err = p.ah.Sign(ctx, headAnhui, a.ID, 1, m.Digest)
		p.ah.done(err)
		if now := p.same(a.ID); now != m.Digest {
			t.Errorf("%s, want %s", now, m.Digest)
		}
		// A signature that crosses a withdrawal completes the text on both sides.
		m, err = p.sh.Amend(ctx, headShanghai, a.ID, m.Digest, -1, words("第三稿。"), "改")
		p.sh.done(err)
		p.deliver()
		p.sh.done(p.sh.EndAmendment(ctx, headShanghai, a.ID, m.ID, 0))
		_, err = p.ah.Sign(ctx, headAnhui, a.ID, 1, m.Digest)
		p.ah.done(err)
		p.deliver()
		if now := p.same(a.ID); now != m.Digest {
			t.Errorf("%s, want %s", now, m.Digest)
		}
	})
}
