package internal_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"

	"corridor/internal/scheme"
	"corridor/schemes"
)

// engine are the rooms that run schemes. In them no stage or action of a pack is written down, be its name ever so
// common a word; elsewhere a common word is the house's own (a payment list is closed, a task is open).
var engine = []string{"casework", "ledger"}

// otherThings are common words in the engine that happen to be names of a pack too.
var otherThings = map[string]string{
	"file":      "an attachment; the field of a refusal about one",
	"files":     "the table of attachments",
	"open":      "the fact that counts cases without an end; the limit that opens an account",
	"revoke":    "the verb of a label line, a word of the language",
	"withdrawn": "a state of an edition before it is approved",
	"failed":    "a verdict, a word of the language",
	"passed":    "a verdict, a word of the language",
	"refused":   "what an end means, a word of the language",
	"answered":  "the state of a seat",
	"declined":  "why a drawn seat fell out",
	"missing":   "a part of an ask, a word of the language",
	"grant":     "the grant by which somebody acts",
	"take":      "an officer takes a case from the queue",
	"close":     "a round is closed",
	"closed":    "the state of a round",
	"waiting":   "the state of a start",
	"approved":  "how far an order is, told between nodes",
	"paid":      "how far an order is, told between nodes",
}

// TestNoSchemeIsWrittenInGo: a new scheme is a folder and never new Go, so no id, stage or action of a pack is a text
// in the program. The demonstration plays schemes as a person would and may say what it presses.
func TestNoSchemeIsWrittenInGo(t *testing.T) {
	noSchemeInGo(t.Errorf, files(t), namesOfPacks(t))
}

func noSchemeInGo(say report, all []*file, names map[string]string) {
	for _, f := range all {
		if f.test || f.room == "" || f.room == "demo" {
			continue
		}
		runs := false
		for _, room := range engine {
			runs = runs || f.room == room
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			of, known := names[text]
			if known && (runs && otherThings[text] == "" || strings.ContainsAny(text, "-_") || strings.HasPrefix(of, "the id")) {
				say("%s: %q is %s; Go knows no scheme, the pack says it (a word that means something else here is listed with its reason)", f.at(lit), text, of)
			}
			return true
		})
	}
}

// namesOfPacks are the ids, stages and actions of every pack of schemes/, with what each is. Common words are taken from the
// shared layers and the first pack only: a new pack that calls a stage by a word that the house has long used is no fault
// of either, and must not need a line here.
func namesOfPacks(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	err := fs.WalkDir(schemes.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "scheme.yaml" {
			return err
		}
		s, problems := scheme.Load(schemes.FS, path.Dir(p))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", p, problems)
		}
		old := s.Shared() || path.Dir(p) == "cn-340000/voucher/2026"
		for _, a := range s.AllStages() {
			if old || strings.Contains(a, "_") {
				names[a] = "a stage of " + s.ID
			}
		}
		for _, a := range s.Actions() {
			if old || strings.Contains(a, "_") {
				names[a] = "an action of " + s.ID
			}
		}
		names[s.ID] = "the id of a scheme"
		return nil
	})
	if err != nil || len(names) < 50 {
		t.Fatalf("%d names, %v", len(names), err)
	}
	return names
}
