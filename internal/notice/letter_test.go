package notice

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// post is a courier that keeps what it was given, and fails as it is told.
type post struct {
	mu      sync.Mutex
	letters []Letter
	fails   func(Letter) error
}

func (p *post) Carry(_ context.Context, l Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	if p.fails != nil {
		return p.fails(l)
	}
	return nil
}

func (p *post) to(address string) (all []Letter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.letters {
		if l.Address == address {
			all = append(all, l)
		}
	}
	return all
}

func (d *desk) work() {
	d.Helper()
	if _, err := d.worker.Once(d.Context()); err != nil {
		d.Fatal(err)
	}
}

func TestLetters(t *testing.T) {
	p := &post{}
	each(t, Config{Courier: p, Site: "https://node.example/", Issuer: "Test node"}, func(d *desk) {
		p.letters = nil
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.SetWish(d.Context(), tx, "P2", Wish{Mail: true, Lang: fault.EN}) }))
		d.tell(refusal(reviewers))
		d.work()
		both, english := p.to("p1@x.example"), p.to("p2@x.example")
		if len(p.letters) != 2 || len(both) != 1 || len(english) != 1 {
			t.Fatalf("got %+v", p.letters)
		}
		const want = "申请未通过\n\n理由：材料不全\n\nThe application was refused\n\nReason: papers are missing\n\nhttps://node.example/cases/1\n\n-- \nTest node\n"
		if both[0].Text != want || both[0].Subject != "申请未通过 / The application was refused" || both[0].Name != "Somebody (synthetic)" {
			t.Errorf("got %+v", both[0])
		}
		if strings.Contains(english[0].Text, "申请") || english[0].Subject != "The application was refused" {
			t.Errorf("got %+v", english[0])
		}
		d.work()
		if len(p.letters) != 2 {
			t.Errorf("%d letters, two were due", len(p.letters))
		}
		ways := map[string]Way{}
		for _, w := range d.history("case/1")[0].Letters {
			ways[string(w.Person)] = w
		}
		if ways["P1"].Sent.IsZero() || ways["P2"].Sent.IsZero() || ways["P3"].GaveUp.IsZero() { // P3 has no account in use
			t.Errorf("got %+v", ways)
		}
	})
}

func TestWhoWishesNoLetters(t *testing.T) {
	p := &post{}
	each(t, Config{Courier: p, Site: "https://node.example"}, func(d *desk) {
		p.letters = nil
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.SetWish(d.Context(), tx, "P1", Wish{}) }))
		d.tell(refusal(Audience{Person: "P1"}))
		d.tell(refusal(Audience{Person: "P2"}))
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.SetWish(d.Context(), tx, "P2", Wish{}) })) // before it left
		d.work()
		if len(p.letters) != 0 {
			t.Errorf("got %+v", p.letters)
		}
		d.refused(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.SetWish(d.Context(), tx, "P1", Wish{Lang: "fr"}) }), "notice.lang")
	})
}

// A courier that fails is asked again, with the same letter; what it refuses for good is given up and seen.
func TestLetterIsTriedAgain(t *testing.T) {
	p := &post{}
	each(t, Config{Courier: p, Site: "https://node.example"}, func(d *desk) {
		p.letters, p.fails = nil, func(Letter) error { return errors.New("the mail server is gone") }
		d.tell(refusal(Audience{Person: "P1"}))
		d.work()
		way := func() Way { return d.history("case/1")[0].Letters[0] }
		if w := way(); !w.Sent.IsZero() || !w.GaveUp.IsZero() || w.Problem != "the mail server is gone" {
			t.Errorf("got %+v", w)
		}
		p.fails = nil
		d.work()
		if len(p.letters) != 1 {
			t.Error("tried again without a pause")
		}
		d.pass(time.Hour)
		d.work()
		if w := way(); w.Sent.IsZero() || w.Problem != "" {
			t.Errorf("got %+v", w)
		}
		if len(p.letters) != 2 || p.letters[0].ID == "" || p.letters[0].ID != p.letters[1].ID {
			t.Errorf("got %+v", p.letters)
		}

		p.fails = func(Letter) error {
			return fault.New(fault.Invalid, "notice.letter").Because(errors.New("no such mailbox"))
		}
		d.tell(refusal(Audience{Person: "P2"}))
		d.work()
		if w := way(); w.GaveUp.IsZero() || !strings.Contains(w.Problem, "no such mailbox") {
			t.Errorf("got %+v", w)
		}
		d.ok(d.db.Read(d.Context(), func(tx *db.Tx) error {
			dead, err := tx.DeadJobs(d.Context(), "", 10)
			if len(dead) != 1 || dead[0].Kind != jobMail {
				t.Errorf("got %+v", dead)
			}
			return err
		}))
	})
}

func TestConfigIsChecked(t *testing.T) {
	for what, c := range map[string]Config{
		"nothing":                   {},
		"a courier without address": {DB: &db.DB{}, People: &crowd{}, Courier: &post{}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
