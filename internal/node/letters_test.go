package node_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// thisMachine is where the nodes of the tests are.
var thisMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// pair is two nodes that serve and follow each other over real HTTP.
func pair(t testing.TB) (a, b *node.Node) {
	t.Helper()
	return pairOn(t, func() string { return "" })
}

// pairOn gives each its own database; "" is SQLite in its folder. What set changes in how a node is opened goes before it is.
func pairOn(t testing.TB, dsn func() string, set ...func(*node.Config)) (a, b *node.Node) {
	t.Helper()
	type side struct{ code, address, private, public string }
	sides := []*side{{code: "340000"}, {code: "310000"}}
	for _, s := range sides {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.address = l.Addr().String()
		l.Close()
		s.private, s.public = corridorlog.NewKey(s.code[:2] + ".corridor.example/log")
	}
	running, stop := context.WithCancel(context.Background())
	var nodes []*node.Node
	done := make(chan struct{}, 2)
	for i, s := range sides {
		o := sides[1-i]
		c := node.Config{Node: web.Node{Code: s.code, Seal: "点", Class: "r" + s.code[:2], Name: fault.Words{"演示节点", "Demo node"}, Synthetic: true}, Dir: t.TempDir(), DSN: dsn(),
			Address: s.address, Origin: s.code[:2] + ".corridor.example/log", Key: s.private, NoCodes: true, Site: "http://" + s.address,
			Peers: []federation.Peer{{Code: o.code, Name: fault.Words{"邻站", "The other"}, URL: "http://" + o.address, Key: o.public}}, PeerNetworks: thisMachine}
		for _, with := range set {
			with(&c)
		}
		n, err := node.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Listen(); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n)
		go func() { n.Run(running); done <- struct{}{} }()
	}
	t.Cleanup(func() {
		stop()
		<-done
		<-done
		nodes[0].Close()
		nodes[1].Close()
	})
	return nodes[0], nodes[1]
}

// An agreement that is shared stands in the other node as it stands here, and both show the letter that brought it.
func TestAnAgreementTravelsToTheOtherPartysNode(t *testing.T) {
	a, b := pair(t)
	planner := access.Actor{Person: "01PLANNER", Name: "编制员（演示）", Grants: []access.Grant{{Role: "planner"}}, Strong: true}
	keeper := access.Actor{Person: "01KEEPER", Name: "管理员（演示）", Grants: []access.Grant{{Role: "node_admin"}}, Strong: true}
	var entered agreement.Agreement
	if err := a.DB.Act(t.Context(), func(tx *db.Tx) (err error) {
		entered, err = a.Agreements.Enter(t.Context(), tx, planner, agreement.Agreement{Title: "演示合作协议", Kind: "合作协议", Form: agreement.Framework, Secrecy: agreement.Public,
			Parties: []string{"安徽（演示）", "上海（演示）"}, Signers: []agreement.Party{{Name: "安徽（演示）", Code: "340000"}, {Name: "上海（演示）", Code: "310000"}},
			Signed: unit.Date(2026, time.March, 2), Source: agreement.Source{Digest: "d1", Title: "演示", To: 12, Quote: "双方签署"}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.Agreements.Share(t.Context(), planner, entered.ID, "310000"); err != nil {
		t.Fatal(err)
	}
	letter := func(n *node.Node) federation.Letter {
		all, _, err := n.Federation.Letters(t.Context(), keeper, federation.LetterQuery{Kind: "agreement.text"})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			return federation.Letter{}
		}
		return all[0]
	}
	for end := time.Now().Add(time.Minute); letter(a).State == federation.LetterWaiting; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%+v", letter(a))
		}
	}
	if l := letter(a); l.State != federation.LetterDone || !l.Out || letter(b).Digest != l.Digest || letter(b).Out {
		t.Errorf("here %+v, there %+v", l, letter(b))
	}
	got, err := b.Agreements.Get(t.Context(), planner, entered.ID)
	if err != nil || got.Title != entered.Title || got.Home != "340000" || len(got.Signers) != 2 {
		t.Errorf("there stands %+v, %v", got, err)
	}
	for _, n := range []*node.Node{a, b} {
		if found, err := n.Audit(t.Context(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit %v, %v", found, err)
		}
	}
}

// After it was shared, an agreement is put in other words there and countersigned here, and tasks that are set up later
// arrive: over real HTTP both nodes come to hold the same text under one digest, and the same promises.
func TestTextAndTasksOfASharedAgreementTravel(t *testing.T) {
	a, b := pair(t)
	officer := func(person, role, region string) access.Actor {
		return access.Actor{Person: unit.ID("01" + person), Name: person + "（演示）", Session: person, Grants: []access.Grant{{Role: role, Region: unit.Region(region)}}, Strong: true}
	}
	planner, headSH, headAH := officer("PLANNER", "planner", ""), officer("HEADSH", "head", "310000"), officer("HEADAH", "head", "340000")
	x, err := a.Agreements.Add(t.Context(), planner, agreement.Agreement{Title: "演示合作协议", Form: agreement.Framework, Text: "双方合作。", Signers: []agreement.Party{{Code: "340000"}, {Code: "310000"}}})
	if err != nil {
		t.Fatal(err)
	}
	plan := func(n *node.Node, title, lead string) agreement.Task {
		t.Helper()
		all, err := n.Agreements.Plan(t.Context(), planner, x.ID, []agreement.Task{{Title: title, Lead: agreement.Party{Code: lead, Budget: 500}, Due: unit.Date(2027, time.June, 30),
			Milestones: []agreement.Milestone{{Title: "中期", Due: unit.Date(2027, time.March, 31)}}}})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	first := plan(a, "分享之前的任务", "340000")
	if err := a.Agreements.Share(t.Context(), planner, x.ID, "310000"); err != nil {
		t.Fatal(err)
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	digest := func(n *node.Node) string {
		_, d, _ := n.Agreements.Signatures(t.Context(), planner, x.ID)
		return d
	}
	promise := func(n *node.Node, id unit.ID) string {
		task, err := n.Agreements.Task(t.Context(), planner, id)
		if err != nil {
			return ""
		}
		d, err := task.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	until("the text and its task did not arrive", func() bool { return digest(b) == digest(a) && promise(b, first.ID) == promise(a, first.ID) })
	later, theirs := plan(a, "后加的任务", "340000"), plan(b, "对方加的任务", "310000")
	until("what was added later did not arrive", func() bool {
		return promise(b, later.ID) == promise(a, later.ID) && promise(a, theirs.ID) == promise(b, theirs.ID)
	})
	held, err := b.Agreements.Get(t.Context(), planner, x.ID)
	if err != nil {
		t.Fatal(err)
	}
	words, before := held.Wording(), digest(b)
	words.Text = "双方深度合作。"
	m, err := b.Agreements.Amend(t.Context(), headSH, x.ID, before, -1, words, "补充")
	if err != nil {
		t.Fatal(err)
	}
	until("the new text was not proposed to the other side", func() bool {
		all, err := a.Agreements.Amendments(t.Context(), planner, x.ID)
		return err == nil && len(all) == 1 && all[0].Digest == m.Digest
	})
	if digest(a) != before || digest(b) != before {
		t.Error("the text changed before both had signed")
	}
	if _, err := a.Agreements.Sign(t.Context(), headAH, x.ID, 0, m.Digest); err != nil {
		t.Fatal(err)
	}
	until("both do not hold the new text", func() bool { return digest(a) == m.Digest && digest(b) == m.Digest })
	for _, n := range []*node.Node{a, b} {
		signed, _, err := n.Agreements.Signatures(t.Context(), planner, x.ID)
		if err != nil || len(signed) != 2 || signed[0].Digest != m.Digest || signed[1].Digest != m.Digest {
			t.Errorf("%+v, %v", signed, err)
		}
		if found, err := n.Audit(t.Context(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit %v, %v", found, err)
		}
	}
}
