package casework_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
)

// bankSheet is the sheet of the repository, as if it were the laboratory's.
func bankSheet(t testing.TB, org string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../schemes/sheets/demo-bank/sheet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(strings.ReplaceAll(string(b), "91310115MA0DEMQ78R", org), "tech_sme", "laurel"))
}

// bankClerk is somebody of a bank.
func bankClerk(name, org string) actor {
	a := who(name, "org_member", "", org)
	a.Grants = append(a.Grants, access.Grant{Role: "bank", Org: org})
	return a
}

func TestABankScoresWhatIsShownToItAndNobodyElseReadsIt(t *testing.T) {
	eachShown(t, func(t *testing.T, m *made) {
		ctx := context.Background()
		asked, rival := bankClerk("asked", lab), bankClerk("rival", large)
		score := func(a actor) (casework.Score, error) { return m.cases.Score(ctx, a, m.ids["Q"]) }
		m.agree()
		_, err := score(asked)
		code(t, err, "casework.unknown") // it is not asked yet
		m.want("handed in", m.do(firm, "Q", "hand_in"), "shown")
		_, err = score(asked)
		code(t, err, "casework.sheet_none")
		d, err := m.look(firm, "page")
		m.must(err)
		if len(d.Reads) != 0 {
			t.Errorf("a try without a sheet is told as a reading: %+v", d.Reads)
		}

		for _, a := range []actor{firm, reviewer, finance, bank, rival} { // bank is of the same organisation and no clerk of the bank
			for _, err := range []error{second(m.cases.Sheets(ctx, a, lab)), second(m.cases.Scores(ctx, a, lab)), third(m.cases.KeepSheet(ctx, a, lab, bankSheet(t, lab)))} {
				if fault.KindOf(err) != fault.NotFound {
					t.Errorf("%s: %v", a.Name, err)
				}
			}
		}
		_, problems, err := m.cases.KeepSheet(ctx, asked, lab, []byte(strings.Replace(string(bankSheet(t, lab)), "paid.cases", "firm.staff", 1)))
		code(t, err, "casework.edition_problems")
		if len(problems) == 0 || problems[0].Code != "name.unknown" || problems[0].Line == "" {
			t.Errorf("what is wrong with it: %+v", problems)
		}
		_, _, err = m.cases.KeepSheet(ctx, asked, lab, bankSheet(t, large))
		if fault.CodeOf(err) != "casework.sheet_owner" && fault.CodeOf(err) != "casework.edition_problems" {
			t.Errorf("the sheet of another: %v", err)
		}
		kept, _, err := m.cases.KeepSheet(ctx, asked, lab, bankSheet(t, lab))
		m.must(err)
		_, _, err = m.cases.KeepSheet(ctx, asked, lab, bankSheet(t, lab))
		code(t, err, "casework.sheet_same")

		got, err := score(asked)
		m.must(err)
		if got.Scored.Total != 10+15+8+6 || got.Scored.Unknown != 0 || got.Sheet != kept.ID || got.Facts != d.Digest || got.Day.String() != m.h.now().Format(time.DateOnly) {
			t.Errorf("%+v", got)
		}
		for _, x := range []struct {
			a    actor
			code string
		}{{firm, "access.denied"}, {reviewer, "access.denied"}, {bank, "access.denied"}, {rival, "casework.unknown"}} {
			if _, err := score(x.a); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s scores: %v", x.a.Name, err)
			}
			_, err := m.cases.OneScore(ctx, x.a, got.ID)
			code(t, err, "casework.score_none")
			_, err = m.cases.Sheet(ctx, x.a, kept.ID)
			code(t, err, "casework.score_none")
		}
		d, err = m.look(firm, "page")
		m.must(err)
		if len(d.Reads) != 1 || d.Reads[0].How != "score" || d.Reads[0].Org != lab {
			t.Errorf("the firm sees that it was read so: %+v", d.Reads)
		}
		lines, _, err := m.access.Journal(ctx, who("auditor", "auditor", "", ""), access.JournalQuery{})
		m.must(err)
		told := 0
		for _, l := range lines {
			if l.Act == "case.disclosure_read" && l.Detail == "score" || l.Act == "sheet.keep" {
				told++
			}
			if strings.Contains(l.Detail, "39") && !strings.Contains(l.Detail, "sha256") {
				t.Errorf("the journal tells what came out: %s", l.Detail)
			}
		}
		if told != 2 {
			t.Errorf("the journal tells %d of a sheet that was kept and one reading", told)
		}

		m.must(m.cases.WithdrawDisclosure(ctx, firm, m.ids["Q"]))
		_, err = score(asked)
		code(t, err, "casework.disclosure_withdrawn")
		again, err := m.cases.OneScore(ctx, asked, got.ID) // its own points stay; what it read is not in them
		m.must(err)
		if again.Scored.Total != got.Scored.Total || again.CaseNo == "" {
			t.Errorf("afterwards: %+v", again)
		}
	})
}

func TestWhatHasRunOutIsNotScored(t *testing.T) {
	eachShown(t, func(t *testing.T, m *made) {
		m.agree()
		m.want("handed in", m.do(firm, "Q", "hand_in"), "shown")
		asked := bankClerk("asked", lab)
		_, _, err := m.cases.KeepSheet(context.Background(), asked, lab, bankSheet(t, lab))
		m.must(err)
		m.h.move(31 * 24 * time.Hour)
		_, err = m.cases.Score(context.Background(), asked, m.ids["Q"])
		code(t, err, "casework.disclosure_expired")
		all, err := m.cases.Scores(context.Background(), asked, lab)
		m.must(err)
		if len(all) != 0 {
			t.Errorf("%d scores of what is no longer shown", len(all))
		}
	})
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }
