package scheme

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestPostings reads like a journal: what an action posts, in order, and what the purse holds afterwards.
func TestPostings(t *testing.T) {
	s := rent(t)
	f := facts(t, s)
	var purse Purse
	for i, c := range []struct{ stage, action, want string }{
		{"draft", "send", ""},
		{"sent", "agree", "hold 3000.00 990000/rent/2031/T0 | hold 3000.00 990000/rent/2031 | capture 3000.00 of a1.0 -> 990000/rent/2031/used last"},
		{"agreed", "call", "capture 1500.00 of a1.1 -> own/due"},
		{"called", "remit", "post 1500.00 own/due -> 990000/bank"},
		{"agreed", "call", "capture 1500.00 of a1.1 -> own/due"},
		{"called", "remit", "post 1500.00 own/due -> 990000/bank"},
		{"agreed", "finish", ""},
	} {
		row, _ := s.Row(c.stage, c.action)
		out, err := s.Effects(f.question(row, purse), fmt.Sprintf("a%d", i))
		if err != nil {
			t.Fatalf("%s: %v", c.action, err)
		}
		if got := journal(out.Postings); got != c.want {
			t.Errorf("%s posts\n%s\nwant\n%s", c.action, got, c.want)
		}
		// The purse is kept as JSON between two actions.
		b, err := json.Marshal(out.Purse)
		if err != nil {
			t.Fatal(err)
		}
		purse = Purse{}
		if err := json.Unmarshal(b, &purse); err != nil {
			t.Fatal(err)
		}
	}
	if len(purse.Holds) != 0 || purse.Out["990000/bank"] != yuan(3000) {
		t.Errorf("the purse at the end: %+v", purse)
	}
}

func journal(postings []Posting) string {
	var lines []string
	for _, p := range postings {
		l := string(p.Verb)
		if p.Verb != Release && !p.Rest {
			l += " " + p.Amount.Yuan()
		}
		switch p.Verb {
		case Hold:
			l += " " + p.From.Path
		case Capture:
			l += " of " + p.HoldID + " -> " + p.To.Path
			if p.Last {
				l += " last"
			}
		case Release:
			l += " " + p.HoldID
		case Post:
			l += " " + p.From.Path + " -> " + p.To.Path
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, " | ")
}

func TestTheLeafShowsWhatThePackLists(t *testing.T) {
	s := rent(t)
	f := facts(t, s)
	f.f.values["firm.region"] = TextOf(Region, "990100")
	purse := Purse{}
	for i, a := range [][2]string{{"sent", "agree"}, {"agreed", "call"}, {"called", "remit"}} {
		row, _ := s.Row(a[0], a[1])
		out, err := s.Effects(f.question(row, purse), fmt.Sprintf("a%d", i))
		if err != nil {
			t.Fatal(err)
		}
		purse = out.Purse
		if a[1] != "remit" {
			continue
		}
		var got []string
		for _, x := range out.Leaf.Shows {
			got = append(got, x.Name+"="+x.Value.String())
		}
		if want := "parts=1500.00 yuan firm.region=990100 form.size=small"; out.Leaf.Name != "rent.paid" || strings.Join(got, " ") != want {
			t.Errorf("%s %v, want %s", out.Leaf.Name, got, want)
		}
	}
}

// TestASumOfNothing: a sum of nothing is held, captured and released without a transfer, and nothing is stuck.
func TestASumOfNothing(t *testing.T) {
	s := rent(t)
	f := facts(t, s, "form.rent 0.50 yuan")
	purse := Purse{}
	for i, a := range [][2]string{{"sent", "agree"}, {"agreed", "call"}, {"called", "remit"}, {"agreed", "halt"}} {
		row, _ := s.Row(a[0], a[1])
		out, err := s.Effects(f.question(row, purse), fmt.Sprintf("a%d", i))
		if err != nil {
			t.Fatalf("%s: %v", a[1], err)
		}
		if len(out.Postings) != 0 {
			t.Errorf("%s posts %s", a[1], journal(out.Postings))
		}
		purse = out.Purse
	}
	if len(purse.Holds) != 0 {
		t.Errorf("holds live on: %v", purse.Holds)
	}
}

func TestAmountsThatCannotBe(t *testing.T) {
	s := rent(t)
	row, _ := s.Row("sent", "agree")
	for change, want := range map[string]string{
		"form.rent unknown":       "scheme.amount_unknown",
		"form.rent -3 yuan":       "scheme.amount_negative",
		"form.size unknown":       "scheme.amount_unknown", // the share is looked up by it
		"firm.controller unknown": "scheme.amount_unknown", // the limit cannot be found
	} {
		before := Purse{}
		_, err := s.Effects(facts(t, s, change).question(row, before), "a")
		if got := codeOf(err); got != want {
			t.Errorf("%s: %s, want %s", change, got, want)
		}
		if len(before.Sums) != 0 {
			t.Error("a refused action changed the purse")
		}
	}
}

// TestLimitsOpenWithTheirParam: who keeps the books learns with what a limit opens, and so does available().
func TestLimitsOpenWithTheirParam(t *testing.T) {
	s := rent(t)
	row, _ := s.Row("sent", "agree")
	c := counting{facts(t, s), map[string]int{}}
	q := c.Facts.(testFacts).question(row, Purse{})
	q.Facts = c
	out, err := s.Effects(q, "a")
	if err != nil {
		t.Fatal(err)
	}
	if p := out.Postings[0].From; p.Kind != Limit || p.OpensWith == nil || *p.OpensWith != yuan(9000) {
		t.Errorf("the limit is %+v", p)
	}
	for _, seen := range out.Seen {
		if seen.Name == "available" && seen.Args[0].Entry("opens_with").Fen() != yuan(9000) {
			t.Errorf("available is asked of %+v", seen.Args[0])
		}
	}
}

// TestEveryRowCanBeWalked: for each row the shortest way that takes it and goes on to an end walks with real sums,
// nothing is held at the end, and every own account is empty.
func TestEveryRowCanBeWalked(t *testing.T) {
	for _, name := range []string{"rent.yaml", "shared/pot", "shared/spend", "local/pot", "jury.yaml", "help.yaml"} {
		s, problems := Load(os.DirFS(packsDir), name)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		ways := s.Ways()
		if len(ways) != len(s.Stages) {
			t.Errorf("%s: %d ways for %d rows", name, len(ways), len(s.Stages))
		}
		for _, w := range ways {
			stage, purse, books := s.Start(), Purse{}, newBooks()
			for i, action := range w.Actions {
				row, ok := s.Row(stage, action)
				if !ok {
					t.Fatalf("%s: %v leaves the table at %s", name, w.Actions, action)
				}
				f := testFacts{s: s, f: s.tests.given.over(nil)}
				out, err := s.Effects(f.question(row, purse), fmt.Sprintf("w%d", i))
				if err != nil {
					t.Fatalf("%s: %v at %s: %v", name, w.Actions, action, err)
				}
				if short := books.apply(f, out.Postings); short != "" {
					t.Errorf("%s: %v at %s: %s below zero", name, w.Actions, action, short)
				}
				purse, stage = out.Purse, out.To
			}
			if stage != w.End || len(purse.Holds) != 0 {
				t.Errorf("%s: %v stands in %s and holds %v", name, w.Actions, stage, purse.Holds)
			}
			for _, a := range s.Accounts.Names() {
				if s.kindOf(a) == Own && books.gains[a] != 0 && name != "shared/pot" && name != "local/pot" {
					t.Errorf("%s: %v leaves %s on %s", name, w.Actions, books.gains[a], a)
				}
			}
		}
	}
}
