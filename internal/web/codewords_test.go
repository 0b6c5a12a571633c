package web

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/schemes"
)

var (
	actNoted = regexp.MustCompile(`(?:Act: |[a-z]+\(ctx, tx, who, )"([a-z]+\.[a-z_]*[a-z])"`)
	jobNamed = regexp.MustCompile(`\b(?:job[A-Z]\w*|\w+Job) += "([a-z_.]+)"`)
)

// TestEveryCodeHasWords: whatever the program writes into the journal, the log and the list of jobs is read in words by who looks at it.
func TestEveryCodeHasWords(t *testing.T) {
	packs := packWords{acts: map[string]fault.Words{"approve": {"核定", "approve"}, "mark_paid": {"登记付款", "mark as paid"}}, leaves: map[string]fault.Words{}}
	acts, jobs := 0, 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "demo/") {
			return err
		}
		text, err := os.ReadFile("../" + path)
		if err != nil {
			return err
		}
		for _, m := range actNoted.FindAllStringSubmatch(string(text), -1) {
			acts++
			if said := packs.act(m[1]); strings.ContainsAny(said[0], "abcdefghijklmnopqrstuvwxyz") || strings.Contains(said[1], "_") {
				t.Errorf("%s writes %s into the journal, which is read as %q", path, m[1], said)
			}
		}
		for _, m := range jobNamed.FindAllStringSubmatch(string(text), -1) {
			jobs++
			if codeWord("job", m[1])[0] == m[1] {
				t.Errorf("%s: the job %s has no words", path, m[1])
			}
		}
		return nil
	})
	if err != nil || acts < 100 || jobs < 8 {
		t.Errorf("%d acts and %d jobs were looked at: %v", acts, jobs, err)
	}
	for _, kind := range []string{"listing", "withdrawn", "task.done", "statement.signed", "letters.key", "draw.drawn", "edition_adopted", "recognition.entry", "firm.disclosure"} {
		if packs.leaf(kind)[0] == kind {
			t.Errorf("the entry %s has no words", kind)
		}
	}
}

// TestAnActionIsReadAsItsPackCallsIt: and a public entry by its pack and what was done.
func TestAnActionIsReadAsItsPackCallsIt(t *testing.T) {
	s, problems := scheme.Load(schemes.FS, "cn-340000/voucher/2026")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, done := packWordsOf([]*scheme.Scheme{s}), s.Say("approve")
	if done[0] == "approve" {
		t.Fatal("the pack does not say what it calls to approve")
	}
	for code, want := range map[string]fault.Words{"case.approve": {"办件：" + done[0], "Case: " + done[1]}, "case.give": {"办件：交给", "Case: give"}, "case.bare": {"办件：bare", "Case: bare"}, "odd": {"odd", "odd"}} {
		if got := w.act(code); got != want {
			t.Errorf("%s is read as %q", code, got)
		}
	}
	if got := w.leaf("voucher.paid"); got != (fault.Words{s.Title[0] + "：" + s.Say("pay")[0], s.Title[1] + ": " + s.Say("pay")[1]}) {
		t.Errorf("the entry is read as %q", got)
	}
	if got := faultWord(fault.EN, "federation.once_nobody"); got == "federation.once_nobody" || strings.Contains(got, "{") {
		t.Errorf("the fault is read as %q", got)
	}
}
