package casework_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

var (
	proposer = who("proposer", "science", "340000", "")
	adopter  = who("adopter", "head", "340000", "")
	outside  = who("outside", "science", "310000", "")
)

// nextYear is the voucher of 2026 made one of 2027 with a higher limit of staff; swaps are further changes of its texts,
// old and new in turn.
func nextYear(t *testing.T, swaps ...string) []scheme.GivenFile {
	t.Helper()
	base := strings.NewReplacer("2026-1", "2027-1", "[2026-01-01, 2026-12-31]", "[2027-01-01, 2027-12-31]", "{value: 500, basis: sme", "{value: 6000, basis: sme",
		"firm.staff: 501}", "firm.staff: 6001}", "firm.staff: 500}", "firm.staff: 6000}", "firm.staff: 5200}", "firm.staff: 7200}")
	var out []scheme.GivenFile
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml", "README.md"} {
		b, err := fs.ReadFile(schemes.FS, "cn-340000/voucher/2026/"+name)
		if err != nil {
			t.Fatal(err)
		}
		text := base.Replace(string(b))
		for i := 0; i+1 < len(swaps); i += 2 {
			text = strings.ReplaceAll(text, swaps[i], swaps[i+1])
		}
		out = append(out, scheme.GivenFile{Name: name, Content: []byte(text)})
	}
	return out
}

// zipped puts files into one ZIP, below a folder.
func zipped(t *testing.T, folder string, files []scheme.GivenFile) []scheme.GivenFile {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(folder + f.Name)
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return []scheme.GivenFile{{Name: "pack.zip", Content: b.Bytes()}}
}

// toNextYear moves a clock to the first working morning of 2027.
func (h *hand) toNextYear() {
	h.move(unit.Date(2027, time.January, 4).Start(unit.Beijing()).Add(10 * time.Hour).Sub(h.now()))
}

// adopted proposes an edition, runs its trial and adopts it.
func (w *world) adopted(files []scheme.GivenFile) casework.Edition {
	w.t.Helper()
	ctx := context.Background()
	e, checked, err := w.cases.Propose(ctx, proposer, files, "")
	if err != nil {
		w.t.Fatalf("%v %v", err, checked.Problems)
	}
	_, err = w.cases.RunTrial(ctx)
	w.must(err)
	e, err = w.cases.Adopt(ctx, adopter, e.ID, "")
	w.must(err)
	return e
}

func TestAnEditionIsTriedAndAdoptedByASecondOfficer(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		e, _, err := w.cases.Propose(ctx, proposer, zipped(t, "voucher-2027/", nextYear(t)), "放宽人数")
		w.must(err)
		both := who("proposer", "head", "340000", "")
		both.Grants = append(both.Grants, access.Grant{Role: "science", Region: "340000"})
		for _, x := range []struct {
			by   access.Actor
			want string
		}{{firm, "access.denied"}, {outside, "access.denied"}, {both, "casework.edition_same_person"}, {adopter, "casework.edition_untried"}} {
			_, err := w.cases.Adopt(ctx, x.by, e.ID, "")
			code(t, err, x.want)
		}
		if ran, err := w.cases.RunTrial(ctx); !ran || err != nil {
			t.Fatalf("ran %v, %v", ran, err)
		}
		trials, err := w.cases.Trials(ctx, adopter, e.Digest)
		w.must(err)
		trial, err := w.cases.GetTrial(ctx, adopter, trials[0].ID)
		w.must(err)
		// Two firms of Anhui, the laboratory stands elsewhere; each was judged under both editions.
		if r := trial.Result; r == nil || r.Simulation.Firms != 2 || r.Simulation.Qualify != 2 || r.Difference.Gain != 1 || r.Difference.Same != 1 || !r.Synthetic || trial.Done != 4 || trial.Total != 4 {
			t.Errorf("trial %+v result %+v", trial, trial.Result)
		}
		sides, total, err := w.cases.Sides(ctx, adopter, trial.ID, 1)
		w.must(err)
		if total != 1 || sides[0].Firm != large || sides[0].Was != scheme.Fail || sides[0].Is != scheme.Pass || sides[0].Rule != "small_staff" || sides[0].Name[0] == "" {
			t.Errorf("sides %+v", sides)
		}
		_, err = w.cases.GetTrial(ctx, outside, trial.ID)
		code(t, err, "casework.trial_unknown")

		e, err = w.cases.Adopt(ctx, adopter, e.ID, "同意")
		w.must(err)
		if e.State != casework.Adopted || e.Leaf == "" || e.Decided.Name != "adopter" || e.Proposed.Name != "proposer" {
			t.Errorf("adopted %+v", e)
		}
		_, err = w.cases.Withdraw(ctx, proposer, e.ID, "晚了")
		code(t, err, "casework.edition_decided")
		w.sequenced(e.Leaf, `"digest":"`+e.Digest+`"`)
		w.clean()

		// In this year a case keeps the old edition; from the first day on the new one is found, without a restart and after one.
		before := w.open(firm, small)
		h.toNextYear()
		w.must(w.cases.Open(ctx))
		after := w.open(big, large)
		if before.Edition != "2026-1" || after.Edition != "2027-1" || after.EditionDigest != e.Digest {
			t.Errorf("editions %s and %s", before.Edition, after.Edition)
		}
		if _, err := w.act(big, after, "file", ""); err != nil {
			t.Errorf("a firm with 5200 people under the edition of 2027: %v", err)
		}
		files, err := w.cases.EditionFiles(ctx, access.Actor{}, e)
		w.must(err)
		if again, problems := scheme.Load(files, e.Dir); len(problems) > 0 || again.Digest != e.Digest || len(files) != 4 {
			t.Errorf("files %v give %v", files.Paths(), problems)
		}
		w.clean()
	})
}

// sequenced numbers the leaves and says what the leaf is to hold.
func (w *world) sequenced(id unit.ID, want string) {
	w.t.Helper()
	_, err := w.log.Sequence(context.Background())
	w.must(err)
	entry, err := w.log.ByID(context.Background(), id)
	w.must(err)
	if entry.Index < 0 || !strings.Contains(string(entry.Leaf), want) {
		w.t.Errorf("leaf %s, want %s", entry.Leaf, want)
	}
}

func TestAnEditionThatCannotStandIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for name, x := range map[string]struct {
			files []scheme.GivenFile
			want  string
		}{
			"an overlap":            {nextYear(t, "[2027-01-01", "[2026-12-31"), "casework.edition_overlap"},
			"a start in the past":   {nextYear(t, "[2027-01-01", "[2026-03-01"), "casework.edition_past"},
			"an id used twice":      {nextYear(t, "edition: 2027-1", "edition: 2026-1"), "casework.edition_twice"},
			"elsewhere":             {nextYear(t, "340000", "310000", "340100", "310115"), "casework.edition_elsewhere"},
			"a problem":             {nextYear(t, "payable: {at: approve", "payable: {at: aprove"), "casework.edition_problems"},
			"a test that fails":     {nextYear(t, "want: fail operating", "want: pass"), "casework.edition_problems"},
			"no scheme":             {[]scheme.GivenFile{{Name: "form.yaml", Content: []byte("sections: []")}}, "scheme.bundle_none"},
			"another file":          {append(nextYear(t), scheme.GivenFile{Name: "run.sh", Content: []byte("#!")}), "scheme.bundle_file"},
			"no ZIP":                {[]scheme.GivenFile{{Name: "a.zip", Content: []byte("PK\x03\x04 broken")}}, "scheme.bundle_zip"},
			"out of its own folder": {zipped(t, "../", nextYear(t)), "scheme.bundle_file"},
		} {
			_, checked, err := w.cases.Propose(ctx, proposer, x.files, "")
			if got := fault.CodeOf(err); got != x.want {
				t.Errorf("%s: got %q (%v %v), want %q", name, got, err, checked.Problems, x.want)
			}
		}
		_, err := w.cases.CheckEdition(firm, nextYear(t))
		code(t, err, "access.denied")
		carried := len(w.cases.Schemes())
		if all, err := w.cases.Editions(ctx, proposer); err != nil || len(all) != carried || all[0].State != casework.Carried {
			t.Errorf("editions %+v %v", all, err)
		}
		// A proposal that is taken back leaves room for another with its id.
		e, _, err := w.cases.Propose(ctx, proposer, nextYear(t), "")
		w.must(err)
		_, _, err = w.cases.Propose(ctx, proposer, nextYear(t), "")
		code(t, err, "casework.edition_twice")
		_, err = w.cases.Withdraw(ctx, proposer, e.ID, "")
		code(t, err, "casework.reason_missing")
		_, err = w.cases.Withdraw(ctx, proposer, e.ID, "算错")
		w.must(err)
		if all, _ := w.cases.Editions(ctx, firm); len(all) != carried {
			t.Errorf("a firm sees %+v", all)
		}
		_, _, err = w.cases.OneEdition(ctx, firm, e.ID)
		code(t, err, "casework.edition_unknown")
		w.adopted(nextYear(t))
	})
}

func TestOfTwoOfficersWhoAdoptAtOnceOneDoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		e, _, err := w.cases.Propose(ctx, proposer, nextYear(t), "")
		w.must(err)
		_, err = w.cases.RunTrial(ctx)
		w.must(err)
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, by := range []access.Actor{adopter, who("second", "approval", "340000", "")} {
			all.Go(func() { _, errs[i] = w.cases.Adopt(ctx, by, e.ID, "") })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v and %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				code(t, err, "casework.edition_decided")
			}
		}
	})
}

// A kept file that was changed behind the node's back is seen by the audit, and the edition is not run from it.
func TestTheAuditRecomputesTheDigestOfAnEdition(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		e := w.adopted(nextYear(t))
		drop := "DROP TRIGGER casework_edition_file_kept_update"
		if w.db.Dialect() != "sqlite" {
			drop = "DROP TRIGGER casework_edition_file_kept ON casework_edition_file"
		}
		change := "UPDATE casework_edition_file SET content = content || '\n# more' WHERE path = 'form.yaml'"
		if err := w.db.Act(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, change); return err }); err == nil {
			t.Error("a kept file could be changed")
		}
		w.must(w.db.Act(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, drop); return err }))
		w.must(w.db.Act(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, change); return err }))
		found, err := w.cases.Audit(ctx)
		if err != nil || len(found) != 1 || !strings.Contains(found[0], "give digest") {
			t.Errorf("audit %v %v", found, err)
		}
		w.must(w.cases.Open(ctx))
		for _, s := range w.cases.Schemes() {
			if s.Digest == e.Digest {
				t.Error("an edition with a changed file runs")
			}
		}
	})
}

func TestATrialIsStoppedAndOneLeftBehindBeginsAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		standing := w.cases.Schemes()[0]
		a, err := w.cases.Try(ctx, proposer, standing.Digest, "", 0, []string{"form.contract_sum=60000 yuan", "form.invoiced=60000 yuan"})
		w.must(err)
		_, err = w.cases.Try(ctx, proposer, standing.Digest, standing.Digest, 0, nil)
		code(t, err, "casework.trial_against")
		_, err = w.cases.Try(ctx, firm, standing.Digest, "", 0, nil)
		code(t, err, "access.not_found")
		w.must(w.cases.StopTrial(ctx, proposer, a.ID))
		code(t, w.cases.StopTrial(ctx, proposer, a.ID), "casework.trial_ended")
		if ran, err := w.cases.RunTrial(ctx); ran || err != nil {
			t.Errorf("a stopped trial ran: %v", err)
		}
		b, err := w.cases.Try(ctx, proposer, standing.Digest, "", 10_000_00, []string{"form.contract_sum=60000 yuan", "form.invoiced=60000 yuan"})
		w.must(err)
		w.must(w.db.Act(ctx, func(tx *db.Tx) error { // as a process that was killed leaves it
			_, err := tx.Exec(ctx, "UPDATE casework_trial SET state = 'running', done = 1 WHERE id = $1", string(b.ID))
			return err
		}))
		loop, end := context.WithCancel(ctx)
		var loops sync.WaitGroup
		loops.Go(func() { w.cases.RunTrials(loop, func(err error) { t.Error(err) }) })
		for b.State != casework.TrialDone {
			if b, err = w.cases.GetTrial(ctx, proposer, b.ID); err != nil || b.State == casework.TrialFailed {
				t.Fatalf("%+v %v", b, err)
			}
		}
		end()
		loops.Wait()
		if s := b.Result.Simulation; s.Sum != 30_000_00 || s.Served != 0 || !s.BudgetEnds.Valid() || s.Assumed["form.contract_sum"] != "60000.00 yuan" {
			t.Errorf("sum %s, served %d, ends %s, assumed %v", s.Sum, s.Served, s.BudgetEnds, s.Assumed)
		}
	})
}
