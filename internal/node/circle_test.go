package node_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// circle is some nodes that serve and follow each other over real HTTP, and may go away and come back.
type circle struct {
	t     *testing.T
	sides []*side
}

type side struct {
	*node.Node
	c    node.Config
	stop func() error // nil while it is away
}

func newCircle(t *testing.T, postgres bool, codes ...string) *circle {
	t.Helper()
	c := &circle{t: t}
	keys := make([]string, len(codes))
	for i, code := range codes {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &side{c: node.Config{Node: web.Node{Code: code, Seal: "点", Class: "r" + code[:2], Name: fault.Words{"演示节点" + code, "Demo node " + code}, Synthetic: true}, Dir: t.TempDir(),
			Address: l.Addr().String(), Origin: code[:2] + ".corridor.example/log", NoCodes: true, Site: "http://" + l.Addr().String(), PeerNetworks: thisMachine}}
		l.Close()
		s.c.Key, keys[i] = corridorlog.NewKey(s.c.Origin)
		if postgres {
			s.c.DSN = dbtest.PostgresDSN(t)
		}
		c.sides = append(c.sides, s)
	}
	for i, s := range c.sides {
		for k, o := range c.sides {
			if i != k {
				s.c.Peers = append(s.c.Peers, federation.Peer{Code: o.c.Node.Code, Name: o.c.Node.Name, URL: o.c.Site, Key: keys[k]})
			}
		}
		c.comes(s)
	}
	t.Cleanup(func() {
		for _, s := range c.sides {
			c.goes(s)
		}
	})
	return c
}

// comes lets a node serve.
func (c *circle) comes(s *side) {
	c.t.Helper()
	var err error
	if s.Node, err = node.Open(context.Background(), s.c); err == nil {
		err = s.Listen()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	running, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(running) }()
	s.stop = func() error {
		cancel()
		return errors.Join(<-done, s.Close())
	}
}

// goes lets a node go away.
func (c *circle) goes(s *side) {
	c.t.Helper()
	if s.stop == nil {
		return
	}
	if err := s.stop(); err != nil {
		c.t.Error(err)
	}
	s.stop = nil
}

// until waits for what comes by itself.
func (c *circle) until(what string, holds func() (bool, string)) {
	c.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		ok, how := holds()
		if ok {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s: %s", what, how)
		}
	}
}

func (c *circle) audited() {
	c.t.Helper()
	for _, s := range c.sides {
		if found, err := s.Audit(c.t.Context(), func(string) {}); err != nil || len(found) > 0 {
			c.t.Errorf("audit of %s: %v, %v", s.c.Node.Code, found, err)
		}
	}
}

// Three nodes hold one agreement. Parties write to the node that keeps it alone; what each signed, proposed, planned and reported comes
// to the third as its own letter, also when that was away meanwhile.
func TestThreeNodesHoldOneAgreement(t *testing.T) {
	officer := func(person, role, region string) access.Actor {
		return access.Actor{Person: unit.ID("01" + person), Name: person + "（演示）", Session: person, Grants: []access.Grant{{Role: role, Region: unit.Region(region)}}, Strong: true}
	}
	planner, keeper := officer("PLANNER", "planner", ""), officer("KEEPER", "node_admin", "")
	codes := []string{"310000", "320000", "340000"}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newCircle(t, strings.HasPrefix(dsn, "postgres"), codes...)
		sh, js, ah := c.sides[0], c.sides[1], c.sides[2]
		x, err := sh.Agreements.Add(t.Context(), planner, agreement.Agreement{Title: "三方合作协议（演示）", Form: agreement.Framework, Text: "三方合作。",
			Signers: []agreement.Party{{Code: codes[0]}, {Code: codes[1]}, {Code: codes[2]}}})
		if err != nil {
			t.Fatal(err)
		}
		// shows is what a node shows: the digest, then who signed it, where, through whom, and whether the letter is kept.
		shows := func(s *side) string {
			all, digest, err := s.Agreements.Signatures(t.Context(), planner, x.ID)
			if err != nil {
				return err.Error()
			}
			out := digest[:8]
			for _, g := range all {
				if g.Digest == digest {
					out += fmt.Sprintf(" %d@%s<%s %t", g.Party, g.Node, g.Via, g.Proved)
				}
			}
			return out
		}
		all := func(what string, want map[*side]string) {
			t.Helper()
			for s, w := range want {
				c.until(what+" at "+s.c.Node.Code, func() (bool, string) { got := shows(s); return got == w, got + ", want " + w })
			}
		}
		sign := func(s *side, party int, digest string) {
			t.Helper()
			if _, err := s.Agreements.Sign(t.Context(), officer("HEAD"+codes[party], "head", codes[party]), x.ID, party, digest); err != nil {
				t.Fatal(err)
			}
		}
		_, digest, err := sh.Agreements.Signatures(t.Context(), planner, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		d := digest[:8]
		share := func(code string) {
			t.Helper()
			if err := sh.Agreements.Share(t.Context(), planner, x.ID, code); err != nil {
				t.Fatal(err)
			}
		}

		// Jiangsu holds it first and signs; Anhui comes later and is given what Jiangsu signed.
		share("320000")
		all("the text", map[*side]string{js: d})
		sign(js, 1, digest)
		all("Jiangsu's signature", map[*side]string{sh: d + " 1@320000< true"})
		share("340000")
		all("the text with Jiangsu's signature", map[*side]string{ah: d + " 1@320000<310000 true"})

		// Anhui is away; Shanghai signs meanwhile, and Jiangsu plans and reports.
		c.goes(ah)
		sign(sh, 0, digest)
		tasks, err := js.Agreements.Plan(t.Context(), planner, x.ID, []agreement.Task{{Title: "公布目录（演示）", Lead: agreement.Party{Code: "320000"}, Due: unit.Date(2027, time.June, 30)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := js.Agreements.Report(t.Context(), officer("OFJS", "science", "320000"), tasks[0].ID, 0, agreement.Progress{Done: "开了会", Problem: "口径不一"}); err != nil {
			t.Fatal(err)
		}
		all("Shanghai's signature", map[*side]string{js: d + " 1@< false 0@310000< true"})
		c.comes(ah)
		all("what was signed meanwhile", map[*side]string{ah: d + " 1@320000<310000 true 0@310000< true"})
		c.until("the task of Jiangsu", func() (bool, string) {
			got, err := ah.Agreements.Task(t.Context(), planner, tasks[0].ID)
			return err == nil && got.Problem == "口径不一", fmt.Sprintf("%+v, %v", got, err)
		})

		// Anhui signs: all three hold three signatures, each proved by the letter of who gave it.
		sign(ah, 2, digest)
		all("all three", map[*side]string{sh: d + " 1@320000< true 0@< false 2@340000< true", js: d + " 1@< false 0@310000< true 2@340000<310000 true",
			ah: d + " 1@320000<310000 true 0@310000< true 2@< false"})

		// Other words, proposed by Jiangsu, stand everywhere once all three have signed them.
		held, err := js.Agreements.Get(t.Context(), planner, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		words := held.Wording()
		words.Text = "三方深度合作。"
		m, err := js.Agreements.Amend(t.Context(), officer("HEAD320000", "head", "320000"), x.ID, digest, -1, words, "补充")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*side{sh, ah} {
			c.until("the proposal at "+s.c.Node.Code, func() (bool, string) {
				open, err := s.Agreements.Amendments(t.Context(), planner, x.ID)
				return err == nil && len(open) == 1 && open[0].Digest == m.Digest, fmt.Sprint(len(open), err)
			})
		}
		sign(ah, 2, m.Digest)
		c.until("Anhui's consent at Jiangsu", func() (bool, string) {
			got, _, err := js.Agreements.Signatures(t.Context(), planner, x.ID)
			n := 0
			for _, g := range got {
				if g.Digest == m.Digest {
					n++
				}
			}
			return err == nil && n == 2, fmt.Sprint(n, err)
		})
		sign(sh, 0, m.Digest)
		for _, s := range c.sides {
			c.until("the new text at "+s.c.Node.Code, func() (bool, string) { got := shows(s); return strings.HasPrefix(got, m.Digest[:8]), got })
		}
		for _, s := range c.sides {
			letters, _, err := s.Federation.Letters(t.Context(), keeper, federation.LetterQuery{State: federation.LetterRefused})
			if err != nil || len(letters) > 0 {
				t.Errorf("%s: %+v, %v", s.c.Node.Code, letters, err)
			}
		}
		c.audited()
	})
}
