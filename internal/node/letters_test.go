package node_test

import (
	"context"
	"net"
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

// pair is two nodes that serve and follow each other over real HTTP.
func pair(t *testing.T) (a, b *node.Node) {
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
		n, err := node.Open(t.Context(), node.Config{Node: web.Node{Code: s.code, Seal: "点", Class: "r" + s.code[:2], Name: fault.Words{"演示节点", "Demo node"}, Synthetic: true}, Dir: t.TempDir(),
			Address: s.address, Origin: s.code[:2] + ".corridor.example/log", Key: s.private, NoCodes: true, Site: "http://" + s.address,
			Peers: []federation.Peer{{Code: o.code, Name: fault.Words{"邻站", "The other"}, URL: "http://" + o.address, Key: o.public}}})
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
