package casework_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// A lead hears its payers whatever the post does to their letters: doubled, late, from somebody else, about something else, with
// a sum that was not asked for; and a refusal to open a case is an answer.
func TestALeadHearsOnlyWhatItsPayersCanMean(t *testing.T) {
	eachStage(t, "340000", func(p *stage) {
		ctx, s := context.Background(), p.pack("joint-topic")
		w := &walk{s: s, target: row(s, "proposed", "ask_payers"), verdict: "passed", firm: p.firm()}
		p.must(p.begin(w, map[string]bool{}, map[string]bool{}))
		p.must(p.follow(w, waysTo(s, w.target, 1)[0], map[string]bool{}, map[string]bool{}))
		payers := func() []casework.Payer {
			all, _, err := p.cases.Payers(ctx, p.all(s, w.c), w.c.ID)
			p.must(err)
			return all
		}
		all := payers()
		if len(all) != 3 || all[0].State != scheme.PayerAsked || all[0].Node != elsewhere {
			t.Fatalf("asked: %+v", all)
		}
		x := all[0]
		other := unit.NewID(p.h.now())
		for _, c := range []struct {
			what, peer string
			news       casework.PayerNews
			code       string
			state      string
			fen        unit.Fen
		}{
			{"confirms", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 3, Case: x.ID, State: "confirmed", Fen: x.Asked}, "", "confirmed", x.Asked},
			{"the same twice", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 3, Case: x.ID, State: "confirmed", Fen: x.Asked}, "", "confirmed", x.Asked},
			{"an older word comes late", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 2, Case: x.ID, State: "asked"}, "", "confirmed", x.Asked},
			{"another node speaks for it", "360000", casework.PayerNews{Opening: x.ID, Seq: 9, Case: x.ID, State: "refused"}, "casework.payer_unknown", "confirmed", x.Asked},
			{"of an opening that nobody made", elsewhere, casework.PayerNews{Opening: other, Seq: 9, Case: x.ID, State: "refused"}, "casework.payer_unknown", "confirmed", x.Asked},
			{"of another case", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 9, Case: other, State: "refused"}, "casework.payer_form", "confirmed", x.Asked},
			{"a state that there is not", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 9, Case: x.ID, State: "maybe"}, "casework.payer_form", "confirmed", x.Asked},
			{"more than was asked for", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 9, Case: x.ID, State: "confirmed", Fen: x.Asked + 1}, "casework.payer_sum", "confirmed", x.Asked},
			{"does not pay, with a sum", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 9, Case: x.ID, State: "withdrawn", Fen: 1}, "casework.payer_sum", "confirmed", x.Asked},
			{"a reason without end", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 9, Case: x.ID, State: "withdrawn", Reason: strings.Repeat("长", 2001)}, "casework.payer_form", "confirmed", x.Asked},
			{"withdraws", elsewhere, casework.PayerNews{Opening: x.ID, Seq: 10, Case: x.ID, State: "withdrawn", Reason: "预算未批"}, "", "withdrawn", 0},
		} {
			b, err := json.Marshal(c.news)
			p.must(err)
			err = p.db.Act(ctx, func(tx *db.Tx) error {
				_, err := p.cases.TakeChildState(ctx, tx, federation.Letter{Peer: c.peer, Body: b})
				return err
			})
			if got := fault.CodeOf(err); got != c.code {
				t.Errorf("%s: %q (%v), want %q", c.what, got, err, c.code)
			}
			if now := payers()[0]; now.State != c.state || now.Fen != c.fen {
				t.Errorf("%s: stands %s with %s, want %s with %s", c.what, now.State, now.Fen, c.state, c.fen)
			}
		}
		if w.c = p.whole(s, w.c); w.c.Stage != "short" {
			t.Errorf("a payer has withdrawn, and the lead stands in %s", w.c.Stage)
		}
		// The answer to the second request is a refusal: it counts as one, with the reason in both languages.
		asked, err := json.Marshal(casework.ChildLetter{Run: "joint-share", Lead: casework.LeadNews{Opening: all[1].ID, Seq: 1}})
		p.must(err)
		says := fault.Words{"没有登记该机构", "not in the registry"}
		p.must(p.db.Act(ctx, func(tx *db.Tx) error {
			return p.cases.HearChild(ctx, tx, federation.Letter{Peer: elsewhere, State: federation.LetterRefused, Code: "casework.payer_org", Refusal: says, Body: asked})
		}))
		if now := payers()[1]; now.State != scheme.PayerRefused || now.News.Words != says {
			t.Errorf("a refused request: %+v", now)
		}
	})
}

func row(s *scheme.Scheme, from, action string) scheme.Row {
	r, _ := s.Row(from, action)
	return r
}

// A payer's node opens what it was asked for once, refuses what it cannot be asked, and hears its lead in order.
func TestAPayerIsAskedOnceAndHearsItsLead(t *testing.T) {
	eachStage(t, "310000", func(p *stage) {
		ctx, s := context.Background(), p.pack("joint-share")
		good := func() casework.ChildLetter {
			return casework.ChildLetter{Run: s.ID, Payer: "310000", Org: p.firm(), Asked: 100, Fields: map[string]scheme.Value{"line": scheme.MoneyValue(100)},
				Lead: casework.LeadNews{Opening: unit.NewID(p.h.now()), Seq: 1, No: "35-26-0001-0", Scheme: s.Parent, Home: elsewhere}}
		}
		for _, c := range []struct {
			what string
			bend func(*casework.ChildLetter)
			code string
		}{
			{"of a jurisdiction that is not here", func(b *casework.ChildLetter) { b.Payer = elsewhere }, "casework.payer_not_here"},
			{"by who does not host the lead", func(b *casework.ChildLetter) { b.Lead.Home = "310000" }, "casework.lead_not_theirs"},
			{"a scheme that does not run here", func(b *casework.ChildLetter) { b.Run = "joint-shares" }, "casework.payer_scheme"},
			{"a scheme that answers no lead", func(b *casework.ChildLetter) { b.Run = "voucher-order" }, "casework.payer_scheme"},
			{"a lead that it does not answer", func(b *casework.ChildLetter) { b.Lead.Scheme = "other" }, "casework.payer_scheme"},
			{"a field that is the officer's", func(b *casework.ChildLetter) { b.Fields["take_on"] = scheme.MoneyValue(1) }, "casework.payer_field"},
			{"a field of another kind", func(b *casework.ChildLetter) { b.Fields["line"] = scheme.TextValue("很多") }, "casework.payer_field"},
			{"below nothing", func(b *casework.ChildLetter) { b.Fields["line"] = scheme.MoneyValue(-1) }, "casework.payer_field"},
			{"an organisation that nobody knows", func(b *casework.ChildLetter) { b.Org = "x" }, "casework.payer_org"},
			{"no opening", func(b *casework.ChildLetter) { b.Lead.Opening = "x" }, "casework.payer_form"},
		} {
			b := good()
			c.bend(&b)
			if _, err := p.letter(p.cases.TakeChild, b); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", c.what, err, c.code)
			}
		}
		b := good()
		first, err := p.letter(p.cases.TakeChild, b)
		p.must(err)
		again, err := p.letter(p.cases.TakeChild, b)
		p.must(err)
		id := first.(casework.PayerNews).Case
		if again.(casework.PayerNews).Case != id {
			t.Errorf("asked twice, opened %s and %s", id, again.(casework.PayerNews).Case)
		}
		for _, x := range []struct {
			seq   int64
			end   scheme.End
			stage string
			hears string
		}{{3, "", "noticed", "noticed"}, {2, scheme.Refused, "refused", "noticed"}, {3, scheme.Refused, "refused", "noticed"}, {4, "", "running", "running"}} {
			n := b.Lead
			n.Seq, n.End, n.Stage = x.seq, x.end, x.stage
			_, err := p.letter(p.cases.TakeLead, n)
			p.must(err)
			got, ok, err := p.cases.LeadOf(ctx, p.all(s, casework.Case{}), id)
			if p.must(err); !ok || got.News.Stage != x.hears {
				t.Errorf("number %d says %s: heard %s, want %s", x.seq, x.stage, got.News.Stage, x.hears)
			}
		}
		n := b.Lead
		n.Seq, n.Gone = 5, true
		_, err = p.letter(p.cases.TakeLead, n)
		p.must(err)
		if c := p.whole(s, casework.Case{ID: id, Org: b.Org}); c.Stage != "called_off" {
			t.Errorf("the lead let it go, and the case stands in %s", c.Stage)
		}
	})
}
