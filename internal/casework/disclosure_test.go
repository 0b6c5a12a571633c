package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

var (
	bank  = who("bank", "org_admin", "", lab)
	other = who("other", "org_admin", "", large)
)

// shown opens a case that shows a firm's facts to one bank: one sum was paid, one contract stands, one label is in force.
func eachShown(t *testing.T, test func(t *testing.T, m *made)) {
	eachMade(t, []string{"show", "reserve-approval"}, map[string]unit.Fen{"340000/approval/2026": 9_000_00}, func(t *testing.T, m *made) {
		m.listed(small)
		for _, name := range []string{"A", "B"} {
			m.enter(name, "reserve-approval", firm, small, "asked=3000", "invoiced=2500")
			m.want("filed", m.do(firm, name, "file"), "filed")
			m.want("approved", m.do(reviewer, name, "approve"), "approved")
		}
		m.want("paid", m.do(finance, "A", "pay"), "paid")
		m.enter("Q", "show", firm, small, "viewers="+lab, "facts=x")
		test(t, m)
	})
}

func (m *made) look(a actor, how string) (casework.Disclosure, error) {
	return m.cases.Disclosure(context.Background(), a, m.ids["Q"], how)
}

// agree looks, and agrees to what was seen.
func (m *made) agree() casework.Disclosure {
	m.t.Helper()
	d, err := m.look(firm, "page")
	m.must(err)
	m.must(m.cases.AgreeDisclosure(context.Background(), firm, m.ids["Q"], d.Digest))
	return d
}

func TestAFirmShowsExactlyWhatItAgreedToAndSeesWhoReadIt(t *testing.T) {
	eachShown(t, func(t *testing.T, m *made) {
		m.want("without consent", m.do(firm, "Q", "hand_in"), "casework.field_missing")
		seen := m.agree()
		f := seen.Facts
		if seen.State != casework.DisclosurePreview || len(f.Labels) != 1 || f.Labels[0].Label != "laurel" || len(f.Paid) != 1 || f.Paid[0].Fen() != 2_500_00 || len(f.Contracts) != 1 ||
			f.Contracts[0].Fen() != 2_500_00 || f.Paid[0].Case == f.Contracts[0].Case || len(seen.For) != 1 || seen.For[0] != lab || seen.Until.String() != "2026-04-01" {
			t.Errorf("before it is made: %+v", seen.Disclosure)
		}
		m.want("paid meanwhile", m.do(finance, "B", "pay"), "paid")
		m.want("others by now", m.do(firm, "Q", "hand_in"), "casework.disclosure_changed")
		code(t, m.cases.AgreeDisclosure(context.Background(), firm, m.ids["Q"], seen.Digest), "casework.disclosure_changed")
		_, err := m.look(bank, "page")
		code(t, err, "casework.unknown") // it is not asked yet
		m.agree()
		m.want("handed in", m.do(firm, "Q", "hand_in"), "shown")
		for _, how := range []string{"page", "file"} {
			d, err := m.look(bank, how)
			m.must(err)
			if d.State != casework.DisclosureShown || len(d.Facts.Paid) != 2 || len(d.Facts.Contracts) != 0 || len(d.Reads) != 0 || d.Digest == seen.Digest {
				t.Errorf("the bank reads %+v", d.Disclosure)
			}
		}
		_, err = m.look(other, "page")
		code(t, err, "casework.unknown") // another firm, or a bank that was not asked
		_, err = m.look(reviewer, "page")
		code(t, err, "casework.disclosure_not_for_you") // sees the case, and is not among those whom the scheme names
		d, err := m.look(firm, "page")
		m.must(err)
		if len(d.Reads) != 2 || d.Reads[0].How != "file" || d.Reads[1].How != "page" || d.Reads[0].Org != lab || d.Reads[0].By != "bank" || !d.MayEnd {
			t.Errorf("the firm sees who read: %+v", d.Reads)
		}
		_, err = m.log.Sequence(context.Background())
		m.must(err)
		c := m.get(m.ids["Q"])
		kept := ""
		for _, x := range c.History[0].Decision.Seen {
			if x.Name == "disclosure" {
				kept = x.Value.Text
			}
		}
		e, err := m.log.ByID(context.Background(), d.Leaf)
		m.must(err)
		if kept == "" || !strings.Contains(string(e.Fields), kept) || strings.Contains(string(e.Fields), small) || !strings.Contains(string(e.Fields), "2026-04-01") {
			t.Errorf("the step keeps %q, the log %s", kept, e.Fields)
		}
		_, again, err := m.cases.Replay(context.Background(), firm, c.ID)
		m.must(err)
		for _, r := range again {
			if len(r.Differ) > 0 {
				t.Errorf("%s differs when judged again: %v", r.Step.Action, r.Differ)
			}
		}
	})
}

func TestWhatIsShownEndsWithItsDayTheConsentOrTheCase(t *testing.T) {
	for _, x := range []struct {
		name, code string
		state      casework.DisclosureState
		end        func(m *made)
	}{
		{"its last day", "casework.disclosure_expired", casework.DisclosureExpired, func(m *made) {
			m.h.move(31 * 24 * time.Hour)
		}},
		{"the consent", "casework.disclosure_withdrawn", casework.DisclosureWithdrawn, func(m *made) {
			for _, a := range []actor{bank, reviewer} {
				code(m.t.(*testing.T), m.cases.WithdrawDisclosure(context.Background(), a, m.ids["Q"]), "casework.field_not_yours")
			}
			m.must(m.cases.WithdrawDisclosure(context.Background(), firm, m.ids["Q"]))
			code(m.t.(*testing.T), m.cases.WithdrawDisclosure(context.Background(), firm, m.ids["Q"]), "casework.disclosure_over")
		}},
		{"the case", "casework.disclosure_ended", casework.DisclosureEnded, func(m *made) {
			_, err := m.cases.Answer(context.Background(), bank, m.ids["Q"], casework.Answer{Ask: "replies", Fields: map[string]string{"verdict": "failed"}})
			code(m.t.(*testing.T), err, "casework.answer_field_missing") // a refusal wants its reason
			_, err = m.cases.Answer(context.Background(), bank, m.ids["Q"], casework.Answer{Ask: "replies", Fields: map[string]string{"verdict": "passed"}})
			m.must(err)
			m.want("all in", m.stage("Q"), "seen")
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			eachShown(t, func(t *testing.T, m *made) {
				m.agree()
				m.want("handed in", m.do(firm, "Q", "hand_in"), "shown")
				_, err := m.look(bank, "page")
				m.must(err)
				x.end(m)
				_, err = m.look(bank, "file")
				code(t, err, x.code)
				if fault.KindOf(err) != fault.Gone {
					t.Errorf("it is %s, want gone", fault.KindOf(err))
				}
				d, err := m.look(firm, "page")
				m.must(err)
				if d.State != x.state || len(d.Reads) != 1 || len(d.Facts.Paid) != 1 {
					t.Errorf("the firm sees %s, %d readings", d.State, len(d.Reads))
				}
				m.withdrawn(d.Leaf, x.state != casework.DisclosureExpired)
			})
		})
	}
}

// withdrawn wants the leaf of a disclosure withdrawn, once it has its number; one that ended before is withdrawn by the next tick.
func (m *made) withdrawn(leaf unit.ID, want bool) {
	m.t.Helper()
	ctx := context.Background()
	_, err := m.log.Sequence(ctx)
	m.must(err)
	m.tick()
	_, err = m.log.Sequence(ctx)
	m.must(err)
	e, err := m.log.ByID(ctx, leaf)
	m.must(err)
	if (e.WithdrawnBy != "") != want {
		m.t.Errorf("the leaf was withdrawn by %q, want %v", e.WithdrawnBy, want)
	}
	owed := 0
	m.must(m.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM casework_disclosure WHERE over_at > 0 AND NOT taken_back").Scan(&owed)
	}))
	if owed != 0 {
		m.t.Errorf("%d leaves are still to be withdrawn", owed)
	}
}
