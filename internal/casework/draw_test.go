package casework_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// jury is a world with a pool of experts.
type jury struct {
	*looks
	who map[string]access.Actor // by the name of the expert
}

// jury enters the experts of a register: name, organisation, field (- is every one), and the pool where it is another.
func (l *looks) jury(register string) *jury {
	l.t.Helper()
	ctx := context.Background()
	j := &jury{l, map[string]access.Actor{}}
	for _, line := range strings.Split(strings.TrimSpace(register), "\n") {
		f := append(strings.Fields(line), "experts")
		token, p, err := l.access.Invite(ctx, admin, access.Invitation{Email: f[0] + "@example.test", Name: "专家" + f[0], Roles: []access.Grant{{Role: "expert"}}})
		l.must(err)
		l.must(l.access.AcceptInvitation(ctx, token, "correct horse "+f[0]))
		j.who[f[0]] = access.Actor{Person: p.ID, Name: p.Name, Session: f[0], Grants: []access.Grant{{Role: "expert"}}}
		l.must(l.db.Act(ctx, func(tx *db.Tx) error {
			if strings.HasPrefix(f[1], "local:") {
				if err := l.reg.Put(ctx, tx, admin, registry.Org{Code: f[1], Name: fault.Words{f[1], f[1]}, Kind: "lab", Region: "340100", Home: "340000", Synthetic: true}); err != nil {
					return err
				}
			}
			_, err := l.reg.PutExpert(ctx, tx, admin, registry.Expert{Pool: f[3], Account: p.ID, Unit: f[1], Field: strings.Trim(f[2], "-"), Since: unit.Date(2026, 1, 1), Source: "test"})
			return err
		}))
	}
	return j
}

// proposal is a case that was handed in.
func (j *jury) proposal(partner string) casework.Case {
	j.t.Helper()
	c, err := j.cases.Create(context.Background(), firm, "panel", small, "")
	j.must(err)
	j.save("firm", c, map[string]string{"topic": "physics", "idea": "秘密的构想", "partner": partner})
	return j.do("firm", c, "hand_in")
}

func (j *jury) draws(name string, c casework.Case) []casework.Drawing {
	j.t.Helper()
	_, all, err := j.cases.Draws(context.Background(), j.actor(name), c.ID)
	j.must(err)
	return all
}

// seated are the names of the experts who sit, by seat.
func (j *jury) seated(c casework.Case) (out []string) {
	for _, x := range j.get("window", c).Asks[0].Seats {
		name := strings.TrimPrefix(x.Name[0], "专家")
		if x.Struck != "" {
			name += " " + x.Struck
		}
		out = append(out, name)
	}
	return out
}

func (j *jury) judge(name string, c casework.Case, score string) error {
	_, err := j.cases.Answer(context.Background(), j.who[name], c.ID, casework.Answer{Ask: "panel",
		Fields: map[string]string{"no_conflict": "true", "score_thought": score, "score_people": score}})
	return err
}

func (j *jury) strike(who access.Actor, c casework.Case, seat, why, reason string) error {
	_, err := j.cases.Strike(context.Background(), who, c.ID, casework.Strike{Ask: "panel", Seat: seat, Why: why, Reason: reason})
	return err
}

const clean = `
a1 local:a physics
a2 local:a -
b1 local:b physics
c1 local:c physics
d1 local:d physics
e1 local:e physics
f1 local:f physics`

// TestADrawIsPromisedBeforeThePoolAndCanBeDrawnAgainByAnybody: the digest of the seed is public before, the seed and the
// pool after; from the two public entries alone the same people come out.
func TestADrawIsPromisedBeforeThePoolAndCanBeDrawnAgainByAnybody(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean + "\nx1 local:x biology")
		c := j.proposal("")
		before := j.draws("boss", c)
		if len(before) != 1 || !before[0].Drawn.IsZero() || before[0].Seed != "" || before[0].Promise == "" || len(before[0].Lots) != 0 {
			t.Fatalf("before: %+v", before)
		}
		c = j.do("window", c, "seat")
		d := j.draws("boss", c)[0]
		if d.Promise != before[0].Promise || scheme.Commitment(d.Seed) != d.Promise || len(d.Lots) != 7 || len(d.Differ) != 0 {
			t.Errorf("after: promised %s, then %s of %s; %d in the pool; %v", before[0].Promise, d.Promise, d.Seed, len(d.Lots), d.Differ)
		}
		seated := j.seated(c)
		if len(seated) != 3 || seated[0][0] == seated[1][0] || slices.Contains(seated, "x1") {
			t.Errorf("seated %v: three of three organisations, none of another field", seated)
		}
		// What everybody can read says the same without naming anybody.
		var public []map[string]any
		_, err := l.log.Sequence(context.Background())
		l.must(err)
		for _, id := range []unit.ID{d.PromisedIn, d.DrawnIn} {
			e, err := l.log.ByID(context.Background(), id)
			l.must(err)
			var f map[string]any
			l.must(json.Unmarshal(e.Fields, &f))
			public = append(public, f)
			for name, who := range j.who {
				if s := string(e.Fields); strings.Contains(s, string(who.Person)) || strings.Contains(s, "专家"+name) || strings.Contains(s, "local:") {
					t.Errorf("the public entry names %s: %s", name, s)
				}
			}
		}
		if public[0]["promise"] != d.Promise || public[0]["seed"] != nil {
			t.Errorf("promised %v", public[0])
		}
		if differ, ok := casework.Redrawn(public[1]); !ok || len(differ) > 0 {
			t.Errorf("drawn again from the public entry: %v %v", differ, ok)
		}
		public[1]["drawn"].([]any)[0] = public[1]["standby"].([]any)[0]
		if differ, _ := casework.Redrawn(public[1]); len(differ) == 0 {
			t.Error("another one drawn is not noticed")
		}
		public[1]["seed"] = "another"
		if differ, _ := casework.Redrawn(public[1]); !slices.Contains(differ, "the seed is not the one that was promised") {
			t.Errorf("another seed: %v", differ)
		}
		l.clean()
		l.must(l.db.Act(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE casework_lot SET place = 9 WHERE place = 1`)
			return err
		}))
		if found, err := l.cases.Audit(context.Background()); err != nil || len(found) == 0 {
			t.Errorf("the audit finds nothing wrong with a draw that was changed: %v", err)
		}
	})
}

// TestWhoIsTiedToAPartyIsLeftOutAndTheReasonIsKept goes through every way in which an expert can be tied.
func TestWhoIsTiedToAPartyIsLeftOutAndTheReasonIsKept(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean + `
own ` + small + ` physics
sister local:sister physics
partner ` + lab + ` physics
holder local:g physics
agent local:h physics
clerk local:i physics
gone local:k physics
mate local:m physics
rival local:r physics`)
		ctx, day := context.Background(), unit.Date(2026, 1, 1)
		l.must(l.db.Act(ctx, func(tx *db.Tx) error {
			for _, x := range []registry.Relation{{Org: "local:sister", Holder: large, Kind: registry.Controls}, {Org: small, Holder: large, Kind: registry.Controls}} {
				if x.Since, x.Source = day, "test"; true {
					if err := l.reg.PutRelation(ctx, tx, admin, x); err != nil {
						return err
					}
				}
			}
			for _, name := range []string{"holder", "agent"} {
				p, err := l.reg.AddPerson(ctx, tx, admin, small, registry.Person{Name: name, Account: j.who[name].Person, Synthetic: true})
				if err != nil {
					return err
				}
				if name == "holder" {
					err = l.reg.PutRelation(ctx, tx, admin, registry.Relation{Org: small, Holder: string(p.ID), Kind: registry.DeclaredTie, Since: day, Source: "test"})
				} else {
					_, err = l.reg.GiveMandate(ctx, tx, admin, registry.Mandate{Person: p.ID, Org: small, What: registry.AllMatters, Since: day, Source: "test"})
				}
				if err != nil {
					return err
				}
			}
			return nil
		}))
		l.must(l.access.Grant(ctx, admin, j.who["clerk"].Person, access.Grant{Role: "org_member", Org: small}))
		l.must(l.access.SetActive(ctx, admin, j.who["gone"].Person, false))
		other := j.proposal("local:m") // the firm and this organisation stood in one case
		_ = other
		mine, err := l.cases.Create(ctx, who("rival", "org_admin", "", "local:r"), "panel", "local:r", "")
		l.must(err)
		_, err = l.cases.Save(ctx, who("rival", "org_admin", "", "local:r"), mine.ID, 0, map[string]string{"topic": "physics", "idea": "y"})
		l.must(err)
		_, err = l.cases.Act(ctx, who("rival", "org_admin", "", "local:r"), mine.ID, casework.Action{Name: "hand_in"})
		l.must(err)

		c := j.do("window", j.proposal(lab), "seat")
		got := map[string]string{}
		d := j.draws("boss", c)[0]
		for _, x := range d.Lots {
			var why []string
			for _, k := range x.Kept {
				why = append(why, strings.TrimSpace(k.Why+" "+k.Note))
			}
			for name, a := range j.who {
				if a.Person == x.Person {
					got[name] = strings.Join(why, ", ")
				}
			}
			if len(x.Kept) > 0 && x.Place > 0 {
				t.Errorf("%s is tied and was drawn", x.Name[0])
			}
		}
		for name, want := range map[string]string{"a1": "", "own": "unit, person account", "sister": "related controller", "partner": "unit", "holder": "person declared",
			"agent": "person mandate", "clerk": "person account", "gone": "gone", "mate": "worked 1", "rival": "competes"} {
			if name == "own" {
				want = "unit" // an account of the organisation is none of the expert's
			}
			if got[name] != want {
				t.Errorf("%s is left out for %q, want %q", name, got[name], want)
			}
		}
		// Who may not know the names does not: neither those drawn nor those left out.
		for _, reader := range []string{"firm", "judge"} {
			a := l.actor(reader)
			if reader == "judge" {
				a = j.who[j.seated(c)[0]]
			}
			_, all, err := j.cases.Draws(ctx, a, c.ID)
			l.must(err)
			whole, err := j.cases.Get(ctx, a, c.ID)
			l.must(err)
			b, err := json.Marshal([]any{all, whole})
			l.must(err)
			for name, x := range j.who {
				if x.Person != a.Person && (strings.Contains(string(b), string(x.Person)) || strings.Contains(string(b), "专家"+name)) {
					t.Errorf("%s is told of %s", reader, name)
				}
			}
		}
		l.clean()
	})
}

// TestADrawnExpertDeclinesAndTheNextStandsIn: with a record; where nobody is left the head answers with a reason.
func TestADrawnExpertDeclinesAndTheNextStandsIn(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean)
		ctx := context.Background()
		c := j.do("window", j.proposal(""), "seat")
		d := j.draws("boss", c)[0]
		var order []string
		for _, x := range d.Lots {
			if x.Place > 0 {
				order = append(order, strings.TrimPrefix(x.Name[0], "专家"))
			}
		}
		first, second, third, spare, last := order[0], order[1], order[2], order[3], order[4]
		id := func(name string) string { return string(j.who[name].Person) }
		for _, x := range []struct {
			who               access.Actor
			seat, why, reason string
			want              string
		}{
			{j.who[first], id(second), "declined", "x", "casework.not_your_seat"},
			{firm, id(first), "conflict", "x", "casework.not_your_seat"},
			{firm, id(spare), "conflict", "x", "casework.not_your_seat"}, // the same, so that nobody learns who sits by trying
			{j.who[first], "", "declined", " ", "casework.reason_missing"},
			{j.who[first], "", "tired", "x", "casework.strike_why"},
			{l.actor("boss"), id(first), "declined", "x", "casework.not_your_seat"},
			{l.actor("boss"), id(first), "late", "x", "casework.seat_has_time"},
			{l.actor("boss"), id(spare), "conflict", "x", "casework.seat_unknown"},
			{j.who[spare], "", "declined", "x", "casework.unknown"},
		} {
			if got := fault.CodeOf(j.strike(x.who, c, x.seat, x.why, x.reason)); got != x.want {
				t.Errorf("%s of %s: got %s, want %s", x.why, x.who.Name, got, x.want)
			}
		}
		_, err := j.cases.Answer(ctx, j.who[first], c.ID, casework.Answer{Ask: "panel", Fields: map[string]string{"score_thought": "1", "score_people": "1"}})
		code(t, err, "casework.declare_or_decline")
		l.must(j.strike(j.who[first], c, "", "declined", "出国"))
		if _, err := j.cases.Get(ctx, j.who[first], c.ID); fault.CodeOf(err) != "casework.unknown" {
			t.Errorf("who declined still reads the case: %v", err)
		}
		if got, want := strings.Join(j.seated(c), ", "), fmt.Sprintf("%s declined, %s, %s, %s", first, second, third, spare); got != want {
			t.Errorf("seated %s, want %s", got, want)
		}
		if x := j.get("boss", c).Asks[0].Seats[0]; x.StruckWhy != "出国" || x.StruckBy != "专家"+first {
			t.Errorf("the record says %q by %q", x.StruckWhy, x.StruckBy)
		}
		l.must(j.judge(second, c, "90"))
		code(t, j.strike(j.who[second], c, "", "declined", "迟了"), "casework.seat_answered")
		l.must(j.strike(l.actor("window"), c, id(second), "conflict", "核实有合作")) // its answer counts no more
		if got := l.toldOf("case.struck", "person/"+id(second)); len(got) != 1 || !strings.Contains(got[0], "利害关系。核实有合作") {
			t.Errorf("whom an officer took off is told %q", got)
		}
		if got := l.toldOf("case.struck", "person/"+id(first)); len(got) != 0 {
			t.Errorf("who stepped off is told so: %q", got)
		}
		if a := j.get("boss", c).Asks[0]; a.Asked != 3 || a.Given != 0 {
			t.Errorf("%d asked, %d given", a.Asked, a.Given)
		}
		h.move(20 * 24 * time.Hour)
		l.must(j.strike(l.actor("boss"), c, id(third), "late", "逾期未评")) // and nobody stands by any more
		if got := j.seated(c); got[len(got)-1] != "空缺" || j.get("boss", c).Asks[0].Missing != 3 {
			t.Errorf("seated %v, %d missing", got, j.get("boss", c).Asks[0].Missing)
		}
		_, err = l.cases.Tick(ctx)
		l.must(err)
		l.must(j.judge(spare, c, "80"))
		l.must(j.judge(last, c, "70"))
		instead := casework.Answer{Ask: "panel", Seat: "vacant/6", Fields: map[string]string{"score_thought": "100", "score_people": "100"}}
		_, err = j.cases.Answer(ctx, l.actor("boss"), c.ID, instead)
		code(t, err, "casework.reason_missing")
		instead.Reason = "备选用尽，由负责人评定"
		c, err = j.cases.Answer(ctx, l.actor("boss"), c.ID, instead)
		l.must(err)
		if a := c.Asks[0]; c.Stage != "read" || a.Score.String() != "80" { // 70 and 100 are left out
			t.Errorf("stands in %s with %s", c.Stage, a.Score)
		}
		if c = j.do("boss", c, "choose"); c.End != scheme.Granted {
			t.Errorf("ends as %q", c.End)
		}
		code(t, j.strike(l.actor("boss"), c, id(spare), "conflict", "迟了"), "casework.ask_closed")
		l.clean()
	})
}

// TestTooSmallAPoolRefusesTheDrawWhole: nothing is published, and the seed that was promised is used when there are enough.
func TestTooSmallAPoolRefusesTheDrawWhole(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury("a1 local:a physics\nb1 local:b physics\nown " + small + " physics")
		c := j.proposal("")
		_, err := l.cases.Act(context.Background(), l.actor("window"), c.ID, casework.Action{Name: "seat"})
		code(t, err, "casework.pool_small")
		if say := fault.Of(err).Sentence(fault.EN); !strings.Contains(say, "has 3, of whom 1") {
			t.Errorf("it does not say how many: %s", say)
		}
		before := j.draws("boss", c)
		if c = j.get("window", c); c.Stage != "taken" || len(before) != 1 || before[0].Seed != "" {
			t.Errorf("half done: %s %+v", c.Stage, before)
		}
		j.looks.jury("z1 local:z physics")
		c = j.do("window", c, "seat")
		if d := j.draws("boss", c); len(d) != 1 || d[0].Promise != before[0].Promise || len(d[0].Lots) != 4 {
			t.Errorf("drawn %+v", d)
		}
	})
}

// Experts of another jurisdiction's pool are drawn from once that pool is recognised, and not before.
func TestARecognisedPoolIsDrawnFrom(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury("a1 local:a physics\nb1 local:b physics\nown " + small + " physics\nz1 local:z physics 310000.judges")
		c := j.proposal("")
		_, err := l.cases.Act(context.Background(), l.actor("window"), c.ID, casework.Action{Name: "seat"})
		code(t, err, "casework.pool_small")
		l.must(l.db.Act(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `
INSERT INTO federation_recognition (id, list, kind, source, what, since, until, basis, verified, ends, state, asked_by, asked_name, asked_at, by_person, by_name, decided_at, leaf)
VALUES ('01R', 'experts', 'expert', '310000', 'judges', '2026-01-01', '', '', FALSE, '', 'adopted', 'a', 'a', 1, 'b', 'b', 1, '')`)
			return err
		}))
		c = j.do("window", j.get("window", c), "seat")
		if d := j.draws("boss", c); len(d) != 1 || len(d[0].Lots) != 4 {
			t.Errorf("drawn %+v", d)
		}
	})
}
