package agreement_test

import (
	"context"
	"fmt"
	"testing"

	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// post keeps what one node writes to another, until it is delivered: the outer wall of the room, as federation is.
type post struct {
	from string
	all  []letter
}

type letter struct {
	to, kind string
	body     []byte
}

func (p *post) Send(_ context.Context, _ *db.Tx, to, kind string, body []byte) error {
	p.all = append(p.all, letter{to, kind, body})
	return nil
}

// deliver gives what waits to the other node, each letter as one act, and counts what was refused.
func (p *post) deliver(h *house, speaks func(from, code string) bool) (refused []string) {
	for _, l := range p.all {
		err := h.db.Act(context.Background(), func(tx *db.Tx) error { return h.Receive(context.Background(), tx, p.from, l.kind, l.body, nil, speaks) })
		if err != nil {
			refused = append(refused, l.kind+" "+fault.CodeOf(err))
		}
	}
	p.all = nil
	return refused
}

// speaks says that a node speaks for its province and the places in it.
func speaks(from, code string) bool {
	return len(code) >= 6 && unit.Region(code[:6]).In(unit.Region(from))
}

func TestTwoNodesHoldOneAgreement(t *testing.T) {
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		ctx := context.Background()
		fromSH, fromAH := &post{from: "310000"}, &post{from: "340000"}
		sh := newHouse(t, dbtest.OpenAt(t, dsn, clock.now), clock, fromSH, "310000")
		ah := newHouse(t, dbtest.Open(t, clock.now), clock, fromAH, "340000")
		a := sh.framework()
		x := sh.task(a) // Anhui leads, Shanghai verifies
		sh.done(sh.Share(ctx, planner, a.ID, "340000"))
		both := func() {
			t.Helper()
			for i := range 3 {
				if r := append(fromSH.deliver(ah, speaks), fromAH.deliver(sh, speaks)...); len(r) > 0 {
					t.Errorf("round %d: refused %v", i, r)
				}
			}
			one, other := sh.is(x.ID), ah.is(x.ID)
			if one.State != other.State || one.Due != other.Due || one.Original != other.Original || one.Measure != other.Measure {
				t.Errorf("the nodes differ: %+v, %+v", one, other)
			}
		}
		both()
		_, here, err := sh.Signatures(ctx, everybody, a.ID)
		sh.done(err)
		_, there, err := ah.Signatures(ctx, everybody, a.ID)
		if err != nil || here != there {
			t.Fatalf("digests %s, %s, %v", here, there, err)
		}
		// Both sides sign the same digest, each at home.
		_, err = sh.Sign(ctx, planner, a.ID, 0, here)
		sh.done(err)
		_, err = ah.Sign(ctx, headAnhui, a.ID, 1, there)
		sh.done(err)
		both()
		for _, h := range []*house{sh, ah} {
			if all, _, err := h.Signatures(ctx, everybody, a.ID); err != nil || len(all) != 2 {
				t.Errorf("%+v, %v", all, err)
			}
		}
		// A change is proposed there and countersigned here.
		c, err := ah.Propose(ctx, ofAnhui, x.ID, 1, "340000", agreement.Content{Due: day(2026, 5, 29)}, "等接口")
		sh.done(err)
		both()
		_, err = sh.Consent(ctx, ofShanghai, c.ID, "310000", true)
		sh.done(err)
		both()
		if got := ah.is(x.ID); got.Due != day(2026, 5, 29) || got.Original != day(2026, 3, 31) {
			t.Errorf("%+v", got)
		}
		// Progress, evidence and the verdict travel.
		sh.done(ah.Report(ctx, ofAnhui, x.ID, 0, agreement.Progress{Done: "开了会", Problem: "口径不一"}))
		sh.done(ah.Finish(ctx, ofAnhui, x.ID, ah.is(x.ID).Version, "目录已公布"))
		both()
		if got := sh.is(x.ID); got.State != agreement.StateSubmitted || got.Problem != "口径不一" || got.Evidence != "目录已公布" {
			t.Errorf("%+v", got)
		}
		sh.done(sh.Verify(ctx, ofShanghai, x.ID, sh.is(x.ID).Version, true, ""))
		both()
		if got := ah.is(x.ID); got.State != agreement.StateDone {
			t.Errorf("%+v", got)
		}
	})
}

func TestANodeSpeaksOnlyForItsOwn(t *testing.T) {
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		ctx := context.Background()
		fromSH, fromAH := &post{from: "310000"}, &post{from: "340000"}
		sh := newHouse(t, dbtest.OpenAt(t, dsn, clock.now), clock, fromSH, "310000")
		ah := newHouse(t, dbtest.Open(t, clock.now), clock, fromAH, "340000")
		a := sh.framework()
		x := sh.task(a)
		sh.done(sh.Share(ctx, planner, a.ID, "340000"))
		// A text that is not what its digest says is refused, and nothing of it stays.
		false1 := &post{from: "310000", all: []letter{{"", fromSH.all[0].kind, []byte(fmt.Sprintf(`{"agreement":{"ID":%q},"digest":"0"}`, a.ID))}}}
		if r := false1.deliver(ah, speaks); len(r) != 1 || r[0] != "agreement.text agreement.digest" {
			t.Errorf("%v", r)
		}
		if r := fromSH.deliver(ah, speaks); len(r) > 0 {
			t.Fatal(r)
		}
		_, digest, err := sh.Signatures(ctx, everybody, a.ID)
		sh.done(err)
		send := func(kind, body string) (refused []string) {
			p := &post{from: "340000", all: []letter{{"", kind, []byte(body)}}}
			return p.deliver(sh, speaks)
		}
		for _, c := range []struct{ kind, body, want string }{
			{"agreement.signed", fmt.Sprintf(`{"agreement":%q,"party":0,"digest":%q}`, a.ID, digest), "agreement.not_your_party"},                    // for Shanghai
			{"agreement.signed", fmt.Sprintf(`{"agreement":%q,"party":1,"digest":"0"}`, a.ID), "agreement.digest"},                                   // another text
			{"agreement.verdict", fmt.Sprintf(`{"task":%q,"content":{"Passed":true}}`, x.ID), "agreement.not_your_party"},                            // of its own task
			{"agreement.consent", fmt.Sprintf(`{"task":%q,"content":{"digest":"0","party":"310000","yes":true}}`, x.ID), "agreement.not_your_party"}, // no such change
			{"agreement.submitted", `{"task":"0000000000000000000000000A","content":{}}`, "agreement.task_unknown"},
			{"agreement.progress", `[]`, "agreement.letter"},
			{"agreement.unheard", fmt.Sprintf(`{"task":%q,"content":{}}`, x.ID), "agreement.letter"},
		} {
			if r := send(c.kind, c.body); len(r) != 1 || r[0] != c.kind+" "+c.want {
				t.Errorf("%s %s: got %v, want %s", c.kind, c.body, r, c.want)
			}
		}
		// A node with which nothing is shared is told that there is no such thing.
		p := &post{from: "330000", all: []letter{{"", "agreement.progress", []byte(fmt.Sprintf(`{"task":%q,"content":{"Done":"x"}}`, x.ID))}}}
		if r := p.deliver(sh, func(string, string) bool { return true }); len(r) != 1 || r[0] != "agreement.progress agreement.unknown" {
			t.Errorf("%v", r)
		}
	})
}
